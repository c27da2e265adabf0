"""EPUBs as programs write them, and what becomes of them."""
