"""As what a novel is taken out."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """Each by the ending of its file."""

    EPUB = "epub"
    TEXT = "txt"
    MARKDOWN = "md"
    HTML = "html"
    JSON = "json"

    @property
    def media_type(self) -> str:
        """As HTTP calls it; all but EPUB are UTF-8."""
        return MEDIA_TYPES[self]


MEDIA_TYPES = {
    Format.EPUB: "application/epub+zip",
    Format.TEXT: "text/plain",
    Format.MARKDOWN: "text/markdown",
    Format.HTML: "text/html",
    Format.JSON: "application/json",
}
