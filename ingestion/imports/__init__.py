"""A library rebuilt from what other programs left of it: lists of URLs, and EPUBs, which say where they are from and hold the texts.

`lists` reads the one, `archive`, `reading`, `contents` and `markup` the other; `origins` knows where each program puts its URLs, `texts`
what a page says, `identity` which chapter of which novel it is, and `shelving` saves it without taking anything away. `asking` takes
whatever is given, here and now as far as no spider is needed; `taking` takes a whole EPUB.
"""

from ingestion.imports.asking import take
from ingestion.imports.entries import Entry, Outcome

__all__ = ["Entry", "Outcome", "take"]
