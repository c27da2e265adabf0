"""One book in the dresses that sites put on it: tables, lists, numbered pages, blogs. None of them is a site that a spider was written for.

Each dress is a function from a book to its pages by path, the page to start at first; the furniture around the text is in each page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape

from tests.sites.furnishings import COMMENTS, RELATED, SHARE, SIDEBAR, SITE_FOOT, SITE_MENU, path

Pages = dict[str, str]
Dress = Callable[["Book"], Pages]
PER_PAGE = 6


@dataclass(frozen=True, kw_only=True)
class Unit:
    """One chapter: its heading, and its text as HTML."""

    title: str
    content: str


@dataclass(frozen=True, kw_only=True)
class Book:
    """What a dress is put on."""

    title: str
    author: str
    units: Sequence[Unit]


def html(book: Book, body: str, *, title: str = "", head: str = "") -> str:
    """A whole page."""
    titles = f"{title} – {book.title} – Inkwell Archive" if title else f"{book.title} | Inkwell Archive"
    meta = f'<meta charset="utf-8"><meta name="author" content="{escape(book.author)}"><title>{escape(titles)}</title>'
    return f'<!doctype html><html lang="en-GB"><head>{meta}{head}</head><body>{body}</body></html>'


def numbered(book: Book) -> list[tuple[int, Unit]]:
    """The units with their numbers."""
    return list(enumerate(book.units, start=1))


def _chapters(book: Book, wrap: Callable[[int, Unit], str]) -> Pages:
    return {path(number): html(book, wrap(number, unit), title=unit.title) for number, unit in numbered(book)}


def _around(book: Book, number: int, contents: str | None) -> str:
    """Previous, contents, next, as far as there are any."""
    steps = [f'<a href="{path(number - 1)}">« Previous</a>'] if number > 1 else []
    steps += [f'<a href="{contents}">Contents</a>'] if contents else []
    steps += [f'<a href="{path(number + 1)}">Next »</a>'] if number < len(book.units) else []
    return " | ".join(steps)


def _pages_of(book: Book, *, newest_first: bool = False) -> Iterator[list[tuple[int, Unit]]]:
    entries = numbered(book)[::-1] if newest_first else numbered(book)
    return (entries[start : start + PER_PAGE] for start in range(0, len(entries), PER_PAGE))


def _items(entries: Sequence[tuple[int, Unit]]) -> str:
    return "".join(f'<li class="c{n % 2}"><a href="{path(n)}">{escape(u.title)}</a></li>' for n, u in entries)


def table(book: Book) -> Pages:
    """An index in a table, with dates, views and readers' names beside each title."""
    rows = "".join(
        f'<tr><td>{n}</td><td><a href="{path(n)}">{escape(u.title)}</a></td><td><a href="/user/{n}">reader{n}</a></td><td>{n * 31 % 900}</td></tr>'
        for n, u in numbered(book)
    )
    index = f"{SITE_MENU}<h1>{escape(book.title)}</h1><p>by {book.author}</p><table><thead><tr><th>#</th><th>Title</th><th>Last reader</th><th>Views</th></tr></thead><tbody>{rows}</tbody></table>{RELATED}{SITE_FOOT}"
    return {"/novel/7": html(book, index)} | _chapters(
        book,
        lambda n, u: (
            f'{SITE_MENU}<h1><a href="/novel/7">{escape(book.title)}</a></h1><h2>{escape(u.title)}</h2><table><tr><td>{u.content}</td></tr></table><p>{_around(book, n, "/novel/7")}</p>{SITE_FOOT}'
        ),
    )


def plain_list(book: Book) -> Pages:
    """A page of the old web: a list, no class, no landmark, links in brackets."""
    index = f"<center><h1>{escape(book.title)}</h1></center><ul>{_items(numbered(book))}</ul><hr><a href='/'>Home</a>"
    return {"/novel/7": html(book, index)} | _chapters(
        book,
        lambda n, u: (
            f"<center>[{_around(book, n, '/novel/7')}]</center><h3>{escape(u.title)}</h3>{u.content}<hr><center>[{_around(book, n, '/novel/7')}]</center>"
        ),
    )


def newest_first(book: Book) -> Pages:
    """A list that begins with the newest chapter; share buttons and recommendations inside the text's own element."""
    index = f"{SITE_MENU}<main><h1>{escape(book.title)}</h1>{SHARE}<ul class='chapter-list'>{_items(numbered(book)[::-1])}</ul></main>{SIDEBAR}"
    return {"/novel/7": html(book, index)} | _chapters(
        book,
        lambda n, u: (
            f'{SITE_MENU}<div class="reader"><h1>{escape(u.title)}</h1>{SHARE}{u.content}{SHARE}{RELATED}</div><div class="buttons">{_around(book, n, "/novel/7")}</div>'
        ),
    )


def _numbers(here: int, last: int) -> str:
    """1 2 … last, the page itself no link."""
    shown = sorted({1, 2, here - 1, here, here + 1, last} & set(range(1, last + 1)))
    return " ".join(f"<b>{n}</b>" if n == here else f'<a href="/novel/7?page={n}">{n}</a>' for n in shown)


def paged(book: Book, *, backwards: bool = False) -> Pages:
    """An index on numbered pages, 1 2 … last; a comment below each chapter."""
    parts = list(_pages_of(book, newest_first=backwards))
    indexes = {
        f"/novel/7?page={n}" if n > 1 else "/novel/7": html(
            book,
            f"{SITE_MENU}<h1>{escape(book.title)}</h1><ol>{_items(part)}</ol><div>{_numbers(n, len(parts))}</div>{SITE_FOOT}",
        )
        for n, part in enumerate(parts, start=1)
    }
    return indexes | _chapters(
        book,
        lambda n, u: (
            f"{SITE_MENU}<h2>{escape(u.title)}</h2><div id='text'>{u.content}</div>{_around(book, n, '/novel/7')}{COMMENTS}"
        ),
    )


def paged_newest_first(book: Book) -> Pages:
    """Numbered pages, the newest chapter on the first."""
    return paged(book, backwards=True)


def chain(book: Book) -> Pages:
    """No index at all: each chapter names the next in its head and at its foot."""
    return {
        path(n): html(
            book,
            f"{SITE_MENU}<article><h1>{escape(u.title)}</h1>{SHARE}{u.content}</article><p>{_around(book, n, None)}</p>{SITE_FOOT}",
            title=u.title,
            head=f'<link rel="next" href="{path(n + 1)}">' if n < len(book.units) else "",
        )
        for n, u in numbered(book)
    }


def blog(book: Book) -> Pages:
    """An archive of posts, newest first, "older" and "newer" between its pages, everything that blogs hang around a post."""
    parts = list(_pages_of(book, newest_first=True))
    pages: Pages = {}
    for n, part in enumerate(parts, start=1):
        posts = "".join(_post(number, unit) for number, unit in part)
        older = f'<a href="/category/serial/page/{n + 1}/">← Older posts</a>' if n < len(parts) else ""
        newer = f'<a href="/category/serial/{f"page/{n - 1}/" if n > 2 else ""}">Newer posts →</a>' if n > 1 else ""
        body = f"{SITE_MENU}<h1>Category: {escape(book.title)}</h1><main>{posts}</main><div>{older} {newer}</div>{SIDEBAR}{SITE_FOOT}"
        pages["/category/serial/" + (f"page/{n}/" if n > 1 else "")] = html(book, body)
    return pages | _chapters(
        book,
        lambda n, u: (
            f'{SITE_MENU}<main><article class="post tag-war"><h1 class="entry-title">{escape(u.title)}</h1><p class="byline">Posted on <time datetime="2024-{n % 12 + 1:02}-03">some day</time> by <a rel="author" href="/a">{book.author}</a></p><div class="entry-content">{u.content}{SHARE}{RELATED}</div><footer class="entry-meta">Posted in <a href="/category/serial/" rel="category tag">Serial</a></footer></article><nav class="post-navigation">{_around(book, n, None)}</nav>{COMMENTS}</main>{SIDEBAR}{SITE_FOOT}'
        ),
    )


def _post(number: int, unit: Unit) -> str:
    link = f'<a href="{path(number)}">'
    return f'<article class="post"><h2>{link}{escape(unit.title)}</a></h2><p>A taste of it, the rest behind the link. {link}Continue reading →</a></p>{SHARE}</article>'


def translated(book: Book) -> Pages:
    """The old web's page by a group of translators, who name it, themselves and their site in each chapter's own text."""
    credits = "<p><b>Translator:</b> Quill &amp; Ink</p><p>Editor: Dora</p>"
    plea = "<hr><p>Like our work? <a href='https://cups.example/quill'>Buy us a cup of tea</a>!</p><p>Read chapter {} first at quill.example.com</p>"
    units = [
        replace(u, content=f"<p><b>{escape(u.title)}</b></p>{credits}{u.content}{plea.format(n + 1)}")
        for n, u in numbered(book)
    ]
    return plain_list(replace(book, units=units))


DRESSES: tuple[Dress, ...] = (
    table,
    plain_list,
    newest_first,
    paged,
    paged_newest_first,
    chain,
    blog,
    translated,
)
