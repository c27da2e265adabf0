"""A novel's title out of what a page calls itself: "Chapter 3 | The Weir | Some Site", "The Weir - Some Site", "Category: The Weir".

Such a title is a row of names. The site's own, the chapter's, and words such as "Contents" are taken away; the novel's is what is left.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from spiders import numerals
from spiders.fragments import line

_NO_TITLE = re.compile(
    r"(table of )?contents|index|home|toc|chapters?|chapter list|all chapters|archives?|read (free )?online|目次|目录|最新章节|оглавление",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"\s(?:[|–—·»«•:-]{1,2}|>)\s|\s?[|｜_]\s?")
_KIND = re.compile(r"^(category|tag|archives?|novel|series|book|story|serial|title)\s*(archives)?\s*[:：]\s*", re.I)


def of_novel(
    said: str | None, *, url: str, site: str | None = None, chapter: str | None = None, ends_with_site: bool = False
) -> str | None:
    """The novel's title in what a page says; None where nothing is left.

    `site` is the site's name and `chapter` the title of the chapter that the page is, where they are known. What `ends_with_site`
    has the site's name last, whether that is known or not.
    """
    whole = _KIND.sub("", line(said))
    if chapter:
        beside = rf"^{re.escape(chapter)}\s*[:：,]\s*|\s*[:：,]\s*{re.escape(chapter)}$"
        whole = re.sub(beside, "", whole, flags=re.IGNORECASE)
    names = [name for name in _SEPARATOR.split(whole) if name]
    others = {_letters(name) for name in (site, chapter, *_SEPARATOR.split(chapter or "")) if name}
    kept = [
        name for name in names if not (_NO_TITLE.fullmatch(name) or _letters(name) in others or _is_unit(name, names))
    ]
    without_site = [name for name in kept if not _is_host(name, url)]
    if without_site == kept and ends_with_site and len(kept) > 1 and kept[-1] == names[-1]:
        without_site = kept[:-1]
    kept = without_site or kept
    if kept == names:
        return whole or None
    return (kept[0] if chapter else " - ".join(kept)) if kept else None


def says_nothing(name: str) -> bool:
    """Whether a name is one that any novel's page may have."""
    return bool(_NO_TITLE.fullmatch(name))


def _is_unit(name: str, names: list[str]) -> bool:
    """Whether one of several names is a chapter's."""
    return len(names) > 1 and numerals.UNIT.match(name) is not None and numerals.number(name) is not None


def _is_host(name: str, url: str) -> bool:
    """Whether a name is the site's by its address: "Inkwell Archive" at inkwellarchive.example."""
    return len(_letters(name)) > 3 and _letters(name) in _letters(urlsplit(url).hostname or "")


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
