"""Full-text search of the library: an index beside the tables, made in the background, and what is found by it."""
