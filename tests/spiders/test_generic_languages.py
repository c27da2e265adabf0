"""The generic spider on pages in other languages and encodings, as bytes and headers make them: index, chapter, next, title."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from scrapy.http import HtmlResponse, Response
from scrapy.responsetypes import responsetypes

from ingestion.items import Publication
from ingestion.sanitize import text
from spiders.generic import Generic

URL = "https://serial.example/b/7/"


@dataclass(frozen=True)
class Tongue:
    """A novel in a language: its encoding, and the words its site uses."""

    lang: str
    encoding: str
    title: str
    chapter: str  # with {} for its number
    following: str
    contents: str
    status: str
    line: str

    def names(self) -> list[str]:
        return [self.chapter.format(number) for number in (7, 8, 9)]


CHINESE = Tongue(
    "zh", "gbk", "低水渡船", "第{}章 渡口的灯", "下一章", "目录", "状态：连载中", "渡船在低岸等着，直到钟声停了，谁也没有来。"
)  # fmt: skip
JAPANESE = Tongue(
    "ja", "shift_jis", "引き潮の渡し", "第{}話 灯り", "次へ", "目次", "状態：完結", "渡し船は鐘が止むまで待っていたが、誰も来なかった。"
)  # fmt: skip
RUSSIAN = Tongue(
    "ru", "windows-1251", "Паром на отмели", "Глава {}. Фонарь", "следующая", "Оглавление", "Статус: завершён",
    "Паром ждал у низкого берега, пока не смолкли колокола, и никто не пришёл."
)  # fmt: skip
SPANISH = Tongue(
    "es", "iso-8859-1", "La barca de agua baja", "Capítulo {}: El farol", "Siguiente capítulo", "Índice", "Estado: en curso",
    "La barca esperó en la orilla baja hasta que callaron las campanas, y nadie llegó."
)  # fmt: skip
TONGUES = (CHINESE, JAPANESE, RUSSIAN, SPANISH)
#: How a page and its server name the encoding: header, and meta in the page. The page is always in the tongue's own.
DECLARATIONS = {
    "the header says it": ("{}", None),
    "the page says it": (None, "{}"),
    "the header is wrong": ("utf-8", "{}"),
    "the header is a default": ("iso-8859-1", "{}"),
    "nobody says it": (None, None),
}


def respond(tongue: Tongue, body: str, declared: str, url: str = URL) -> Response:
    header, meta = (name and name.format(tongue.encoding) for name in DECLARATIONS[declared])
    kind = b"text/html" + (f"; charset={header}".encode() if header else b"")
    metas = f'<meta http-equiv="Content-Type" content="text/html; charset={meta}">' if meta else ""
    page = f"<html lang='{tongue.lang}'><head>{metas}<title>{tongue.title}</title></head><body>{body}</body></html>"
    encoded = page.encode(tongue.encoding)
    made = responsetypes.from_args(headers={b"Content-Type": kind}, url=url, body=encoded)
    return made(url=url, headers={b"Content-Type": kind}, body=encoded)


@pytest.mark.parametrize("declared", DECLARATIONS)
@pytest.mark.parametrize("tongue", TONGUES, ids=lambda tongue: tongue.lang)
def test_an_index_reads_right(tongue: Tongue, declared: str):
    rows = "".join(f"<tr><td><a href='{n}.html'>{name}</a><td>{n}" for n, name in enumerate(tongue.names()[::-1]))
    page = respond(tongue, f"<h1>{tongue.title}</h1><p>{tongue.status}<table>{rows}</table>", declared)
    spider = Generic()

    assert [link.title for link in spider.chapters(page).links] == tongue.names()
    assert (spider.novel(page).title, spider.novel(page).language) == (tongue.title, tongue.lang)
    assert spider.novel(page).status is {
        "ja": Publication.COMPLETED, "ru": Publication.COMPLETED
    }.get(tongue.lang, Publication.ONGOING)  # fmt: skip


@pytest.mark.parametrize("declared", DECLARATIONS)
@pytest.mark.parametrize("tongue", TONGUES, ids=lambda tongue: tongue.lang)
def test_a_chapter_reads_right(tongue: Tongue, declared: str):
    steps = f"<a href='8.html'>{tongue.following}</a> | <a href='./'>{tongue.contents}</a>"
    body = f"<div>{steps}</div><h1>{tongue.names()[0]}</h1><div>{f'<p>{tongue.line}' * 9}</div><div>{steps}</div>"
    page = respond(tongue, body, declared, f"{URL}7.html")
    found = Generic().chapter(page)

    assert (found.title, text(found.content)) == (tongue.names()[0], " ".join([tongue.line] * 9))
    assert Generic().chapters(page).index_url == URL


@pytest.mark.parametrize("tongue", TONGUES, ids=lambda tongue: tongue.lang)
def test_a_chain_is_followed_by_the_words_for_next(tongue: Tongue):
    body = f"<h1>{tongue.names()[0]}</h1>{f'<p>{tongue.line}' * 9}<p><a href='8.html'>{tongue.following}</a>"
    found = Generic().chapters(respond(tongue, body, "the page says it", f"{URL}7.html"))

    assert found.further == (f"{URL}8.html",)


def test_a_right_header_is_believed_before_a_page_that_is_wrong_about_itself():
    body = "<html><head><meta charset='iso-8859-1'><title>x</title></head><body>" + f"<p>{RUSSIAN.line}</p>" * 9
    headers = {b"Content-Type": b"text/html; charset=windows-1251"}
    made = responsetypes.from_args(headers=headers, url=URL, body=body.encode("windows-1251"))
    page = made(url=URL, headers=headers, body=body.encode("windows-1251"))

    assert text(Generic().chapter(page).content) == " ".join([RUSSIAN.line] * 9)


@pytest.mark.parametrize("charset", ["hex", "idna", "bogus", "utf-16", ""])
def test_a_charset_that_is_none_is_passed_over(charset: str):
    headers = {b"Content-Type": f"text/html; charset={charset}".encode()}
    body = f"<p>{RUSSIAN.line}</p>".encode() * 9
    page = HtmlResponse(URL, headers=headers, body=body)

    assert text(Generic().chapter(page).content) == " ".join([RUSSIAN.line] * 9)


def test_a_byte_broken_on_its_way_does_not_change_the_encoding():
    page = HtmlResponse(URL, body=f"<p>{RUSSIAN.line}</p>".encode() * 9 + b"<p>\xff</p>")

    assert text(Generic().chapter(page).content).startswith(RUSSIAN.line)
