"""The plainest programs that do a part of the work: what ours is measured against. None of ours is in them."""
