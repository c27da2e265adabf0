"""What the figures in the documents come from; each module prints its own, and says how long it takes."""
