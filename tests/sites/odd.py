"""Novels made up by Hypothesis: what an author may write that cleaning, cutting and encoding get wrong."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from html import escape

from hypothesis import strategies as st

from tests.sites.samples import SampleChapter, SampleNovel

_NASTY = [
    "👩‍🚀🏳️‍🌈",
    "שלום, العالم",
    "e\u0301a\u030ao\u0328",
    "<b>bold</b> &amp; &lt;",
    "\"quoted\" 'so' “and” «so»",
    "]]> <!-- --> </script> </p>",
    "{braces} %s \\u003c \\",
    "\u202eturned\u202c",
    "\u00a0\u200b\u00ad",
    "渡し舟の夜",
    "Next Chapter",
    "Contents",
]
_LETTERS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=12)
#: Words as they are read, not as markup writes them.
WORDS = st.one_of(_LETTERS, st.sampled_from(_NASTY), st.sampled_from(["The lamp went out.", "It rained."]))
_SPOKEN = WORDS.map(escape)


def _tagged(name: str, inside: st.SearchStrategy[str], attributes: str = "") -> st.SearchStrategy[str]:
    return inside.map(lambda text: f"<{name}{attributes}>{text}</{name}>")


def _several(
    strategy: st.SearchStrategy[str], least: int = 1, most: int = 3, joint: str = ""
) -> st.SearchStrategy[str]:
    return st.lists(strategy, min_size=least, max_size=most).map(joint.join)


_RUBY = _SPOKEN.map(lambda reading: f"<ruby>渡<rp>(</rp><rt>{reading}</rt><rp>)</rp></ruby>")
_INLINE = st.recursive(
    _SPOKEN | _RUBY | st.just("<br>"),
    lambda inner: st.one_of(*(_tagged(name, _several(inner)) for name in ("em", "strong", "span", "u", "s", "sup"))),
    max_leaves=4,
)
_LINE = _several(_INLINE, most=4, joint=" ")
_PARAGRAPH = _tagged("p", _LINE)
_TABLE = st.lists(_tagged("td", _LINE), min_size=1, max_size=3).map(
    lambda cells: f"<table><tbody><tr><th>Lock</th></tr><tr>{''.join(cells)}</tr></tbody></table>"
)
_BLOCK = st.recursive(
    st.one_of(
        _PARAGRAPH,
        _TABLE,
        _tagged("p", _LINE, ' style="text-align:center"'),
        st.sampled_from(["<p></p>", "<p><br></p>", "<hr>", "<p>* * *</p>", "<p>\u00a0</p>"]),
        _SPOKEN.map(lambda text: f"<p>{text * 400}</p>"),
    ),
    lambda inner: st.one_of(
        _tagged("blockquote", _several(inner)),
        _tagged("ul", _several(_tagged("li", _several(inner | _LINE, most=2)))),
        _tagged("ol", _several(_tagged("li", _LINE))),
        _tagged("div", _several(inner)),
    ),
    max_leaves=3,
)
#: No two chapters alike: what most of them said in the same words would be taken for none of the author's.
_PROSE = st.integers(2, 9999).map(
    lambda n: (
        f"<p>Before the bells, Maren counted {n} lanterns on the far bank and found one too many. Nobody said so.</p>"
    )
)
_NOTE = st.none() | _PARAGRAPH.map(lambda said: f"<p>Thank you.</p>{said}")


@st.composite
def contents(draw: st.DrawFn) -> str:
    """A chapter's text, a block a line: prose, and odd things around it."""
    around = st.lists(_BLOCK | _PROSE, max_size=3)
    return "\n".join([*draw(around), draw(_PROSE), *draw(around)])


@st.composite
def titles(draw: st.DrawFn) -> str:
    """Words on one line, at least one of which can be seen; some very long."""
    said = draw(st.lists(WORDS, max_size=4)) * draw(st.sampled_from([1, 1, 1, 8]))
    return " ".join(" ".join(["Salt", *said]).split())


@st.composite
def novels(draw: st.DrawFn) -> SampleNovel:
    """A novel of a few chapters, the first of which may stand before any volume; a volume's chapters stand together."""
    volumes = draw(st.lists(titles(), max_size=2, unique=True))
    places: list[str | None] = [None] * draw(st.integers(0 if volumes else 2, 3))
    places += [name for name in volumes for _ in range(draw(st.integers(2, 3)))]
    return SampleNovel(
        key=str(draw(st.integers(10, 10**9))),
        title=draw(titles()),
        author="Wilma Example",
        description="A ferry that runs one night a year.",
        chapters=tuple(_numbered(draw, places)),
    )


def _numbered(draw: st.DrawFn, volumes: list[str | None]) -> Iterable[SampleChapter]:
    for number, volume in enumerate(volumes, 1):
        yield SampleChapter(
            key=str(300 + number * 7),
            title=draw(st.sampled_from(["", f"{number}. "])) + draw(titles()),
            content=draw(contents()),
            published_at=datetime(2025, 3, 1, 18, 30, tzinfo=UTC) + timedelta(days=number),
            volume=volume,
            note_before=draw(_NOTE),
            note_after=draw(_NOTE),
        )
