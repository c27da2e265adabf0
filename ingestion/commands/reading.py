"""What keeps a spider from reading a site, told to its author: the site's reason in a sentence, the spider's own mistake by its line."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from traceback import format_exception
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spiders.base import NovelSpider


@contextmanager
def explained(spider: type[NovelSpider]) -> Iterator[None]:
    """Turn what the spider raises into SystemExit with an explanation, exit code 1. What did not come out of its module passes."""
    from ingestion.errors import IngestionError

    try:
        yield
    except IngestionError as reason:
        raise SystemExit(f"{spider.name} cannot read it ({reason.kind}): {reason}") from None
    except Exception as mistake:
        # Of one that was made in a child there is only what the child noted.
        traceback = "".join(getattr(mistake, "__notes__", ()) or format_exception(mistake))
        _, own, rest = traceback.partition(f'  File "{inspect.getfile(spider)}"')
        if not own:
            raise
        raise SystemExit(f"{spider.name} has a mistake:\n{own}{rest.rstrip()}") from None
