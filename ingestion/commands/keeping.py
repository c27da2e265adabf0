"""Commands that look after what is stored: back it up, restore it, let go of what is over."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from ingestion.commands import output

Target = Annotated[
    Path | None,
    typer.Argument(metavar="FILE", help="Where to; in a folder it is named by the time. Unset: backups in DATA_DIR."),
]
Keep = Annotated[
    int, typer.Option(min=0, help="Of those named by the time, remove all but the newest so many. 0: none.")
]


def backup(target: Target = None, keep: Keep = 0) -> None:
    """Write the database and the folder of pictures into one file, while everything runs.

    Example: python cli.py backup /mnt/safe --keep 7
    """
    from ingestion import config, system
    from ingestion.backup import archive, making

    path = target or config.settings().data_dir / "backups"
    if target is None:
        path.mkdir(parents=True, exist_ok=True)
    if keep and not path.is_dir():
        raise SystemExit(f"--keep: {path} is no folder, and only backups that are named by the time are removed")
    with _explained(), system.servers(config.settings()):
        made = making.make(path)
        gone = archive.rotate(path, keep) if keep else []
    pictures = (
        f"{made.pictures} pictures" if made.lost is not None else "no pictures, which are in a bucket of their own"
    )
    output.say(f"{made.path}: {made.size / 1e6:.1f} MB, the database and {pictures}")
    if made.lost:
        output.say(f"{made.lost} pictures that the database names were not in their folder")
    output.say(*(f"removed {path}" for path in gone))


def restore(
    path: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A file that `backup` wrote.")
    ],
    force: Annotated[bool, typer.Option("--force", help="Replace a library that is not empty.")] = False,
) -> None:
    """Put a backup in the place of the database's tables, whole or not at all, and its pictures to the others. Stop everything first.

    Example: python cli.py restore quire-20260801T031500Z.tar
    """
    from ingestion import config, system
    from ingestion.backup import restoring

    with _explained(), system.servers(config.settings()):
        done = restoring.restore(path, force=force)
    output.say(f"restored the backup of {done.about.made_at}, with {done.pictures} pictures")
    if done.put_back:
        output.say(f"jobs that were running then, and are QUEUED now: {len(done.put_back)}")
    output.say("start the workers, and all that was unfinished goes on")


def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be let go.")] = False,
    as_json: output.Json = False,
) -> None:
    """Let go of old jobs, events, pages, revoked tokens and stray pictures, as the settings KEEP_… say. Workers may go on.

    Example: python cli.py prune --dry-run
    """
    from ingestion import prune

    with _explained():
        done = prune.prune(dry_run=dry_run)
    if as_json:
        output.as_json([{"what": one.what, "count": one.count, "bytes": one.size} for one in done])
        return
    would = "would be " if dry_run else ""
    output.say(*(f"{one.what}: {one.count} {would}let go, {one.size / 1e6:.1f} MB" for one in done))


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    from ingestion.backup import BackupError

    try:
        yield
    except (BackupError, OSError) as error:
        raise SystemExit(str(error)) from None
