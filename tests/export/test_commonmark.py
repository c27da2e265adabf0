"""Markdown: what an author wrote is never markup, and what he marked stays so."""

from __future__ import annotations

import random

import pytest
import yaml
from lxml import html
from markdown_it import MarkdownIt

from ingestion.export.formats import Format
from ingestion.items import Publication
from tests.export import hostile
from tests.export.books import CJK, RTL, WHEN, leaf, letters, out, said, text
from tests.sites.samples import TRICKY

READER = MarkdownIt("commonmark", {"maxNesting": 100}).enable("table")


def written(content: str) -> str:
    """A chapter as it stands below its title."""
    return out(Format.MARKDOWN, [text(content)]).partition("### The 1. chapter\n\n")[2].removesuffix("\n\n")


def read(made: str) -> str:
    """The letters of all chapters, as a reader of Markdown shows them."""
    shown = READER.render(made.partition("### The 1. chapter\n\n")[2])
    parser = html.HTMLParser(huge_tree=True)
    return letters(str(html.fragment_fromstring(shown, create_parent="div", parser=parser).text_content()))


@pytest.mark.parametrize(
    ("content", "made"),
    [
        ("<p>a*b_c [d] &lt;i> `e` #f &amp;amp; g &amp; h</p>", "a\\*b\\_c \\[d\\] \\<i> \\`e\\` \\#f \\&amp; g & h"),
        ("<p>- a<br>1. b<br>+ c<br>= d<br>> e</p>", "\\- a\\\n1\\. b\\\n\\+ c\\\n\\= d\\\n\\> e"),
        ("<p>So <em>he</em>, <b>she <i>is</i> </b>.<i> </i></p>", "So *he*, **she *is*** ."),
        ("<p>渡<em>「あ」</em>り <em>a<b>b</b></em></p>", "渡<em>「あ」</em>り *a<strong>b</strong>*"),
        ("<p><code>a`b</code> <code>c</code><code>d</code></p>", "``a`b`` <code>c</code><code>d</code>"),
        ("<p><a href='http://e.org/(a)?b&c'>x</a></p>", "[x](http://e.org/\\(a\\)?b\\&c)"),
        ("<ruby>渡<rt>watari</rt></ruby><sup>2</sup>", "<ruby>渡<rt>watari</rt></ruby><sup>2</sup>"),
        ("<ol start=3><li>a<li><p>b</p><ul><li>c</ul></ol><ol><li>d</ol>", "3. a\n\n4. b\n\n   - c\n\n1) d"),
        ("<blockquote><p>a</p><hr></blockquote><h3>b<br>c</h3>", "> a\n>\n> ***\n\n##### b c"),
        ("<pre>a\n ```\n\nb</pre>", "````\na\n ```\n\nb\n````"),
        ("<table><tr><th>a<th>b<tr><td>c|<td>d</table>", "| a | b |\n| --- | --- |\n| c\\| | d |"),
        (
            "<table><tr><td colspan=2>a<tr><td>b<td>c</table>",
            '<table><tbody><tr><td colspan="2">a</td></tr><tr><td>b</td><td>c</td></tr></tbody></table>',
        ),
    ],
)
def test_a_chapter_is_marked_as_its_author_marked_it(content: str, made: str):
    assert written(content) == made


def test_a_reader_shows_what_the_author_wrote():
    texts = [text(content, "<p>* before</p>", "<p>after</p>") for content in (*TRICKY, CJK, RTL)]
    titled = [leaf(number, number, title=f"{number}. *The* {'#' * number}") for number in range(2, len(texts) + 1)]
    made = out(Format.MARKDOWN, texts, leaves=[leaf(1, 1), *titled])

    whole = said(texts[0]) + "".join(
        letters(one.title) + said(text) for one, text in zip(titled, texts[1:], strict=True)
    )
    assert read(made) == whole


def test_no_word_of_a_hostile_text_is_lost_or_taken_for_markup():
    chance = random.Random(7)
    for make in [hostile.fragment, hostile.punctuated] * 60:
        given = text(make(chance))

        assert read(out(Format.MARKDOWN, [given])) == said(given), given.content


@pytest.mark.parametrize("tag", ["div", "blockquote", "i"])
def test_what_is_nested_deeper_than_any_author_does_keeps_its_words(tag: str):
    given = text(f"<{tag}>" * 500 + "x" + f"</{tag}>" * 500)

    assert read(out(Format.MARKDOWN, [given])) == "x"


def test_the_facts_are_yaml():
    given = {
        "title": 'A: "B"\x85\u2028\n# c',
        "authors": ("- D", "E"),
        "status": Publication.ONGOING,
        "tags": ("f, g",),
    }
    _, facts, told = out(Format.MARKDOWN, [text("x")], leaves=[leaf(1, 1), leaf(2, 2, missing=True)], **given).split(
        "---\n", 2
    )

    made = yaml.safe_load(facts)
    assert (made["title"], made["authors"], made["tags"]) == ('A: "B"\n# c', ["- D", "E"], ["f, g"])
    assert (made["status"], made["language"], made["updated"]) == ("ongoing", "en", WHEN.isoformat())
    assert (made["chapters"], made["missing"]) == (1, 1)
    assert '\n# A: "B" \\# c\n\n\\- D, E\n\n1 chapters, ongoing; http://site.example/novel\n' in told
    assert "- The 2. chapter\n" in told
