"""Chapters whose texts wait in a file: those of a long novel would fill the memory between parsing and saving."""

from __future__ import annotations

import os
import weakref
from dataclasses import fields
from functools import cached_property
from tempfile import TemporaryFile
from typing import IO, Any

import structlog
import zstandard

from ingestion.items import Chapter

log = structlog.get_logger(__name__)

#: Chapters of a novel that stay as they are.
FEW = 500
#: The quickest, whose texts are hardly longer than those of the next ones.
_LEVEL = 1


class Folder:
    """Folds the chapters of one novel. Its file has no name, and is gone with the last of them, or with the process.

    Where no file can be made or written, a text stays in memory.
    """

    def __init__(self, few: int = FEW) -> None:
        self._left = few
        self._end = 0
        self._compressor = zstandard.ZstdCompressor(level=_LEVEL)

    def fold(self, chapter: Chapter) -> Chapter:
        """The same chapter, its text in the file where there are many before it."""
        self._left -= 1
        if self._left >= 0:
            return chapter
        said = {field.name: getattr(chapter, field.name) for field in fields(chapter)}
        return Folded(**said | {"content": self._put(chapter.content)})

    @cached_property
    def _file(self) -> IO[bytes]:
        made = TemporaryFile(buffering=0)  # noqa: SIM115 - it is open for as long as a chapter's text is in it
        weakref.finalize(self, made.close)
        return made

    def _put(self, text: str) -> Any:
        packed = self._compressor.compress(text.encode())
        try:
            written = os.pwrite(self._file.fileno(), packed, self._end)
        except OSError as error:
            log.debug("no file for the texts of a long novel", error=str(error))
            return text
        if written < len(packed):
            return text
        place = self, self._end, len(packed)
        self._end += len(packed)
        return place

    def get(self, at: int, size: int) -> str:
        """The text that stands there."""
        return zstandard.ZstdDecompressor().decompress(os.pread(self._file.fileno(), size, at)).decode()


class _Text:
    """A field whose value is text, or where a folder has it."""

    def __init__(self, slot: Any) -> None:
        self._slot = slot

    def __get__(self, one: object, owner: type) -> str:
        value = self._slot.__get__(one, owner)
        if isinstance(value, str):
            return value
        folder, at, size = value
        text: str = folder.get(at, size)
        return text

    def __set__(self, one: object, value: Any) -> None:
        self._slot.__set__(one, value)


class Folded(Chapter):
    """A Chapter in all but the memory that it takes."""

    __slots__ = ()
    content = _Text(Chapter.__dict__["content"])  # the slot that Chapter has for it
