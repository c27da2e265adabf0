"""Whether what was found on a page is a chapter at all: not a "page not found" served as 200, no login wall, no menu, not a scrap of the page."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from ingestion.errors import Locked, NotFound, ParseError
from spiders.fragments import line, size

_GONE = re.compile(
    r"\b(page|chapter|story|novel|post|content|title|episode|file)\b.{0,40}\b(not found|no longer (exists?|available)|does ?n[o'’]t exist|unavailable"
    r"|cannot be found|could ?n[o'’]t be found|(has|have) been (removed|deleted|taken down))|\b404 not found|\b(error|http)\W{0,3}4(04|10)\b|^404\b"
    r"|(страница|глава|книга) не (найдена|существует)|(p[aá]gina|cap[ií]tulo) no (encontrad[ao]|existe)|page (introuvable|non trouvée)"
    r"|seite (wurde )?nicht gefunden|(页面|章节|頁面|章節|小说).{0,6}(不存在|已删除|已刪除|找不到)|ページが(見つかりません|存在しません)|見つかりませんでした",
    re.IGNORECASE,
)
_WALL = re.compile(
    r"\b((log|sign)[ -]?in|register|subscribe|create an account|unlock|purchase|buy)\b.{0,60}\b(to|and) (read|continue|view|access|unlock|see)\b"
    r"|\b(must|have|need) (be|to be|to) (logged|log|sign|signed)[ -]?in\b|\b(members|subscribers|patrons)[ -]only\b|\bthis (chapter|content|post) is (locked|for members|premium|private)\b"
    r"|请(先)?登录|登录后(才能|可|继续)|ログイン(してください|が必要)|войдите|требуется авторизация|inicia sesión para|connectez-vous pour|melde dich an",
    re.IGNORECASE,
)
#: A last line that can be nothing but a wall; one with a link in it needs to say less, one in quotation marks is somebody's speech.
_CLOSED = re.compile(
    r"\b((log|sign)[ -]?in|register|subscribe|create an account|unlock|purchase|buy)\b.{0,60}\b(to|and) ((continue|keep) reading|read (on|more|further|the (rest|full|whole))"
    r"|(read|continue|view|access|unlock|see) (this|the|all|more|full)\b.{0,20}\b(chapters?|episodes?|story|content|text|posts?)\b)"
    r"|\b(must|have|need) (be|to be|to) (logged|log|sign|signed)[ -]?in to (read|view|access|see|continue)\b"
    r"|\bthis (chapter|content|post) is (locked|private|premium|(only )?for (members|subscribers|patrons)|(members|subscribers|patrons)[ -]only)\b"
    r"|\bunlock (this|the next|the full) (chapter|episode)\b"
    r"|请(先)?登录|登录后(才能|可|继续)|ログイン(してください|が必要)|требуется авторизация|(войдите|inicia sesión para|connectez-vous pour|melde dich an).{0,40}(читать|leer|lire|weiterzulesen|lesen)",
    re.IGNORECASE,
)
_QUOTED = re.compile('[“”"«»„「『]')
#: A page that only says why there is no chapter has a few sentences; in a longer text such words are the story's own.
_FEW_WORDS = 80
#: Of a long page a chapter is more than a scrap, and its words are not those of links.
_LONG_PAGE_WORDS = 400
_SCRAP = 0.05
_LINKED = 0.5


def refuse_apology(said: str, title: str, url: str) -> None:
    """Raise NotFound or Locked where what the page at `url` says, in place of a text, is that there is none or that one must log in.

    `said` is all that could be the text, its heading included; `title` the page's.
    """
    if size(said) > _FEW_WORDS:
        return
    if found := _GONE.search(title) or _GONE.search(said):
        raise NotFound(f"{url} says “{found[0]}”: the site no longer has the page, or the URL is wrong")
    if _WALL.search(said):
        raise Locked(
            f"{url} says “{line(said)[:200]}” instead of a text: the site gives it only to those who log in or pay"
        )


def refuse_scrap(text: HtmlElement, page_words: int, url: str) -> None:
    """Raise ParseError where the text is mostly links, or a scrap of a page of `page_words` words."""
    words = size(_said(text))
    linked = sum(size(_said(link)) for link in text.iter("a") if not (link.get("href") or "#").startswith("#"))
    if linked > 3 and linked > _LINKED * words:
        raise ParseError(
            f"what looks like a text on {url} is mostly links ({linked} of {words} words), so it is no chapter"
        )
    if page_words > _LONG_PAGE_WORDS and words < _SCRAP * page_words:
        raise ParseError(f"of the {page_words} words on {url} only {words} look like a text, so it is no chapter")


def refuse_closed(text: HtmlElement, url: str) -> None:
    """Raise Locked where a text breaks off at a login wall: its last line asks to log in so as to read on."""
    blocks = reversed(list(text.iter("p", "div", "h2", "h3", "h4")))
    block = next((one for one in blocks if _said(one)), text)
    last = _said(block)
    sign = _WALL if block.find(".//a[@href]") is not None else _CLOSED
    if size(last) <= 25 and not _QUOTED.search(last) and (found := sign.search(last)):
        raise Locked(
            f"the text on {url} breaks off at “{found[0]}”: the site gives the rest only to those who log in or pay"
        )


def _said(element: HtmlElement) -> str:
    return line(" ".join(element.itertext()))
