"""Chaos: the real system on real servers, while everything around it is killed, emptied and cut off at random moments."""
