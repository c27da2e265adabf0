"""What a page says of a novel in labelled lines, in many languages: "Status: Ongoing", "Автор: …", "by W. Example"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from ingestion.items import Publication
from spiders.fragments import line

_STATUS = re.compile(
    r"^(?:(?:publication |story |novel |series )?status|state|estado|statut|stato|статус(?: перевода)?|状态|狀態|状態|连载状态|連載状況|상태)\b"
    r"\s*[:：]?\s*(.{2,40})$",
    re.IGNORECASE,
)
_AUTHOR = re.compile(
    r"^(?:(?:written )?by\b[:：]?|authors?\s*[:：]|autore?s?a?\s*[:：]|auteur\s*[:：]|verfasser\s*[:：]|автор\s*[:：]|作\s*者\s*[:：]?|著者\s*[:：]?|작가\s*[:：])"
    r"\s*(\S.{0,80})$",
    re.IGNORECASE,
)
#: The words in which sites say where a novel stands; the longer before the shorter that it holds.
_WORDS = {
    Publication.COMPLETED: r"complete|finished|abgeschlossen|completad|finalizad|terminé|завершен|завершён|закончен|完结|完結|完本|完本|완결",
    Publication.HIATUS: r"hiatus|paused|on hold|pausad|en pause|pausiert|заморожен|приостановлен|休载|休載|暂停|휴재",
    Publication.DROPPED: r"dropped|discontinued|abandon|cancel|abgebrochen|брошен|заброшен|断更|打ち切り",
    Publication.STUB: r"\bstub",
    Publication.ONGOING: r"ongoing|in progress|incomplete|active|en curso|en cours|laufend|в процессе|продолжается|пишется|连载|連載|연재",
}
_LINES = ("p", "div", "span", "li", "td", "th", "dd", "dt", "h2", "h3", "h4", "small", "em", "address")
_LONGEST_LINE = 120


def status(words: str | None) -> Publication | None:
    """Where the novel stands, in a site's words; None where they say nothing of it."""
    said = (words or "").lower()
    if re.search(r"incomplete|未完", said):
        return Publication.ONGOING
    return next((status for status, pattern in _WORDS.items() if re.search(pattern, said)), None)


def labelled_status(root: HtmlElement) -> Publication | None:
    """What the first line labelled "status" says."""
    return next((found for text in _texts(root) if (said := _STATUS.match(text)) and (found := status(said[1]))), None)


def byline(root: HtmlElement) -> str | None:
    """The author that the first line labelled so names."""
    return next((said[1] for text in _texts(root) if (said := _AUTHOR.match(text))), None)


def _texts(root: HtmlElement) -> Iterator[str]:
    """The page's short lines: those of single elements, and a label's together with what stands in the next element."""
    for element in root.iter(*_LINES):
        if len(element) > 2 and element.tag not in {"dt", "th", "td"}:
            continue
        text = line(element.text_content())
        if not text or len(text) > _LONGEST_LINE:
            continue
        yield text
        following = element.getnext()
        if following is not None and following.tag in {"dd", "td", "span", "a", "b", "strong"}:
            yield f"{text.rstrip(':：')}: {line(following.text_content())}"
