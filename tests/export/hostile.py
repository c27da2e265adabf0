"""HTML as no author writes it, made up by chance: every element inside of every other, attributes that say nothing, what is never closed."""

from __future__ import annotations

import html
import random

from ingestion import sanitize
from tests.export.books import SITE

TAGS = sorted(sanitize.TAGS | {"marquee", "svg", "math", "object"})
ATTRIBUTES = [
    *("id=a", "id=b", "id=a:b", "id=é", "align=center", "dir=rtl", "dir=x", "lang=ja-JP", "lang='x y'", "title='a<b'"),
    *("style='text-align:center;color:red;text-decoration:underline #f00'", "href='#a'", "href='#zz'", "width=50%"),
    *(
        "href='http://e.org/a b?q=[1]&x=%zz#f|g'",
        "href='http://[::1]/'",
        "href='http://1.2.3.4.5/'",
        "href='mailto:x y'",
    ),
    *(
        "href='http://münchen.de/ü'",
        f"href='{SITE}/2'",
        f"src='{SITE}/p.png'",
        "src='http://x/none.png'",
        "alt='a&quot;<'",
    ),
    *(
        "width=5",
        "colspan=0",
        "colspan=2",
        "rowspan=3",
        "scope=row",
        "scope=x",
        "start=3",
        "start=x",
        "reversed",
        "type=a",
    ),
    *("type=z", "value=3", "value=x", "headers='a q'", "abbr=x", "span=2", "cite='http://x y'", "datetime=never"),
]
WORDS = [
    "words",
    " ",
    "&lt;",
    "漢字",
    "&nbsp;",
    "<br>",
    f"<img src='{SITE}/p.png'>",
    "\x0b",
    "\ufffe",
    "&#12;",
]
SIGNS = "*_`[]()<>#+-.!~|\\&=1) \n:;\"'aé漢”「"
MARKS = ["em", "strong", "i", "b", "span", "code", "sup", "ruby", "p", "p", "p", "li", "blockquote", "h3", "td"]
#: What has an order of its own, and what comes into it.
ORDERED = {
    "table": [
        *("<caption>c<table><tr><td>q</table></caption>", "<thead><tr><th>x", "<tbody><tr><td>y", "<tfoot><tr><td>f"),
        *("<colgroup><col span=2>", "<tr><td>z", "words", "<ul><li>x</ul>"),
    ],
    "ruby": [
        *("漢", "<rt>kan", "<rp>(", "<rb>b", "<rtc><rt>x", "<b>k</b>", "<rp>)</rp>", "<rt><p>x</p></rt>"),
        "<rt><ruby>a<rt>b</ruby></rt>",
    ],
    "dl": ["<dt>a", "<dd>b", "<div><dt>x<dd>y</div>", "t", "<p>z</p>", "&nbsp;"],
    "figure": ["<figcaption>c</figcaption>", "x", "<p>y</p>", "<img src='http://x/none.png'>"],
    "details": ["<summary>s</summary>", "<summary><p>s</p></summary>", "x", "<details><summary>q</summary>r</details>"],
    "ul": ["<li value=2>i", "<ul><li>n</ul>", "words", "<p>y</p>", "<a href='#a'><ol><li>x</ol></a>"],
}


def fragment(chance: random.Random) -> str:
    """A few elements, of one kind or another."""
    return "".join(chance.choice([lambda: _tree(chance, 5), lambda: _ordered(chance)])() for _ in range(3))


def punctuated(chance: random.Random) -> str:
    """A few elements with signs in them that are markup in other formats."""
    signs = ("".join(html.escape(chance.choice(SIGNS)) for _ in range(chance.randint(0, 8))) for _ in range(20))
    return "".join(f"<{tag}>{inside}</{tag}>" for tag, inside in zip(chance.choices(MARKS, k=20), signs, strict=True))


def _tree(chance: random.Random, depth: int) -> str:
    if depth == 0 or chance.random() < 0.15:
        return chance.choice(WORDS)
    tag, said = chance.choice(TAGS), " ".join(chance.sample(ATTRIBUTES, chance.choice([0, 0, 1, 2, 4])))
    inside = "".join(_tree(chance, depth - 1) for _ in range(chance.randint(0, 3)))
    return f"<{tag} {said}>{inside}" + (f"</{tag}>" if chance.random() < 0.85 else "")


def _ordered(chance: random.Random) -> str:
    tag, parts = chance.choice(list(ORDERED.items()))
    around = chance.choice(["", "<b>", "<h2>", "<a href='#a'>", "<p>", "<ins>"])
    return f"{around}<{tag}>{''.join(chance.choice(parts) for _ in range(chance.randint(0, 6)))}</{tag}>"
