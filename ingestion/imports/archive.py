"""The zip that an EPUB is. Nothing of it is ever unpacked to a disk, a name leads nowhere but into it, and no file is larger than it may be."""

from __future__ import annotations

import zipfile
import zlib
from typing import IO

from ingestion import config
from ingestion.errors import Locked, ParseError, TooLarge

#: Files that an EPUB may have, and bytes of all that is read of it, unpacked, each page counted twice.
MOST_FILES = 100_000
MOST_BYTES = 400_000_000
#: How files are packed (Open Container Format, 4.2.2). The others of Python's zipfile may take gigabytes, and fail in ways of their own.
PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ENCRYPTED = 0x1
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    UnicodeError,
    ValueError,
)


class Archive:
    """A zip file, opened. Raises ParseError when it is none, and TooLarge."""

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except _BROKEN as error:
            raise ParseError(f"this is no EPUB, or only a part of one: {error}") from error
        self._entries = {entry.filename: entry for entry in self._zip.infolist()}
        self._left = MOST_BYTES
        if len(self._entries) > MOST_FILES:
            raise TooLarge(f"this EPUB has {len(self._entries)} files, {MOST_FILES} is the most")

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def read(self, name: str, *, most: int | None = None) -> bytes:
        """The file of this name, of `most` bytes (MAX_PAGE_BYTES). Raises ParseError when it is not there or broken, Locked, TooLarge."""
        most = config.settings().max_page_bytes if most is None else most
        entry = self._entries.get(name)
        if entry is None:
            raise ParseError(f"this EPUB has no file {name}")
        if entry.flag_bits & _ENCRYPTED:
            raise Locked("this EPUB is locked by a password; unlock it first")
        if entry.compress_type not in PACKED:
            raise ParseError(f"{name} in this EPUB is packed in a way that no EPUB may be")
        self._left -= entry.file_size
        if entry.file_size > most or self._left < 0:
            raise TooLarge(
                f"{name} in this EPUB is larger than it may be when it is unpacked ({entry.file_size} bytes)"
            )
        try:
            with self._zip.open(entry) as file:
                return file.read(
                    entry.file_size + 1
                )  # unbounded, it would unpack all that an entry that lies about its size holds
        except _BROKEN as error:
            raise ParseError(f"{name} in this EPUB is broken: {error}") from error
