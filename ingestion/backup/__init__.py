"""Backups: the database and the pictures in one file, and back. `archive` is the file, `programs` are PostgreSQL's own, which do the work.

A backup is whole or not there: it is written under another name, read again, and renamed. It may be taken while workers write.
"""

from __future__ import annotations


class BackupError(Exception):
    """A backup cannot be made, or not be restored. The message says why, and what to do."""
