"""What is found, in what order, and what is shown of it."""

from __future__ import annotations

import pytest

from ingestion import db
from ingestion.search import chapters, finding
from ingestion.search.titles import Matched
from tests.alike import alike
from tests.search.shelf import find, index_all, marked, places, shelve

pytestmark = pytest.mark.usefixtures("environment")

FILLER = "Nothing else was said of it that evening. " * 40


def test_a_word_is_found_in_its_forms_and_a_title_comes_before_texts():
    texts = ("A lamp burned. Another lamp.", "They had <em>lamps</em> " + FILLER, "No light.")
    novel = shelve(*texts, titles=("One", "Two", "Lamplight and Lamps"), language="en")
    index_all()

    assert places("lamp") == [(novel, 3), (novel, 1), (novel, 2)]
    assert [chapter.in_title for chapter in find("lamps").chapters] == [True, False, False]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("lamp oil", [1]),
        ('"oil lamp"', []),
        ('"the oil in the lamp"', [1]),
        ("lamp -oil", [2]),
        ("oil OR bread", [1, 3]),
        ('lamp -"brass lamp"', [1]),
        ("bread-crumbs", [3]),
    ],
)
def test_a_query_is_written_as_on_the_web(typed: str, found: list[int]):
    novel = shelve("The oil in the lamp.", "A brass lamp.", "Bread, crumbs and water.", language="en")
    index_all()

    assert sorted(places(typed)) == [(novel, place) for place in found]


@pytest.mark.parametrize(
    "typed",
    [
        *alike("", '"', '-"', "-lamp", "OR", "the of", "🙂", "\x00", "(((", "a:*b & | !", "\\'", "' OR 1=1"),
        "lamp " * 2500,
        "x" * 10_000,
    ],
)
def test_whatever_is_typed_is_no_error(typed: str):
    shelve("A lamp.", language="en")
    index_all()

    assert len(find(typed).chapters) == (typed == "lamp " * 2500)


def test_texts_of_all_languages_are_found_each_by_its_own_endings():
    english = shelve("Two houses.", language="en")
    german = shelve("Viele Häuser, kein Öl.", key="n2", language="de")
    none = shelve("Houses, Häuser und Öl.", key="n3")
    index_all()

    assert places("house") == [(english, 1)]
    assert sorted(places("Häuser")) == [(german, 1), (none, 1)]
    assert (sorted(places("Haus OR house")), places("Haus -Öl")) == ([(english, 1), (german, 1)], [])
    assert [places(word, language="de-AT") for word in ("Haus", "house")] == [[(german, 1)], []]


def test_scripts_without_spaces_are_found_anywhere_in_a_text():
    novel = shelve("彼女は川辺で古い灯を見た。", "Lamp と灯、第3話", "ร้านกาแฟเก่า", language="ja")
    index_all()

    found = {text: places(text) for text in ("古い灯", "い古", "灯", "lamp と灯", "第3話", "กาแฟ")}
    assert {text: [place for _, place in hits] for text, hits in found.items()} == {
        "古い灯": [1],
        "い古": [],
        "灯": [2, 1],
        "lamp と灯": [2],
        "第3話": [2],
        "กาแฟ": [3],
    }
    assert {id for hits in found.values() for id, _ in hits} == {novel}
    assert marked("古い灯") == ["彼女は川辺で[古い灯]を見た。"]


def test_a_novel_is_found_by_title_author_or_tag_with_slips():
    weir = shelve("x", tags=("Slow Burn",))
    other = shelve("x", key="n2", title="The Wheel", authors=("Lampert Quill",), tags=())
    index_all()

    def first(text: str) -> tuple[int, Matched]:
        novel = find(text).novels[0]
        return novel.id, novel.matched

    assert [first(text) for text in ("the lamp on the weir", "the lamb on the wier", "weir lamp")] == [
        (weir, Matched.TITLE)
    ] * 3
    assert [first(text) for text in ("wilma exampel", "slow burn")] == [(weir, Matched.AUTHOR), (weir, Matched.TAG)]
    assert first("lampert") == (other, Matched.AUTHOR)
    assert find("zebra").novels == find("weir", site="elsewhere").novels == find("weir", language="de").novels == ()


def test_who_types_is_told_of_titles_and_authors_that_begin_so():
    weir, wheel = shelve("x"), shelve("x", key="n2", title="Wheels", authors=("Wei Ran",))
    dense = shelve("x", key="n3", title="堰の灯", authors=())
    index_all()

    def suggested(text: str) -> list[int]:
        with db.transaction() as session:
            return [novel.id for novel in finding.suggest(session, text)]

    assert suggested("whe") == [wheel]
    assert suggested("the lamp on the w") == [weir]
    assert set(suggested("wei")) == {weir, wheel}
    assert (suggested("の灯"), suggested(""), suggested("#")) == ([dense], [], [])


def test_a_search_is_narrowed_to_a_novel_a_site_and_a_language():
    here = shelve("A lamp.", "A lamp.", language="en", site="royalroad")
    there = shelve("A lamp.", key="n2", language="en-GB")
    index_all()

    assert sorted(places("lamp")) == [(here, 1), (here, 2), (there, 1)]
    assert places("lamp", novel_id=there) == places("lamp", site="example") == [(there, 1)]
    assert sorted(places("lamp", site="royalroad")) == [(here, 1), (here, 2)]
    assert places("lamp", language="de") == places("lamp", site="o'x\\") == []
    assert find("lamp", novel_id=here).novels == ()


def test_pages_have_each_chapter_once_and_end(monkeypatch: pytest.MonkeyPatch):
    novel = shelve(*["A lamp."] * 5, language="en")
    index_all()
    pages = [find("lamp", limit=2, offset=offset) for offset in (0, 2, 4)]

    assert [page.next_offset for page in pages] == [2, 4, None]
    assert [chapter.position for page in pages for chapter in page.chapters] == [5, 4, 3, 2, 1]
    assert [len(page.novels) for page in pages] == [1, 0, 0]
    monkeypatch.setattr(chapters, "MOST_RANKED", 3)
    bounded = find("lamp", novel_id=novel)
    assert (bounded.more, [chapter.position for chapter in bounded.chapters]) == (True, [5, 4, 3, 2])


def test_a_snippet_is_the_place_with_most_of_what_was_asked():
    shelve(f"A lamp. {FILLER} He filled the lamps’ bowl with lamp-oil &lt;b&gt; again. {FILLER}", language="en")
    index_all()
    [shown] = marked("lamp oil")

    assert shown.startswith("…")
    assert shown.endswith("…")
    assert "the [lamps]’ bowl with [lamp]-[oil] <b> again." in shown
    assert len(shown) < 260


def test_a_snippet_marks_no_word_that_only_looks_like_one():
    shelve("The runes ran; she runs, running.", "Häuser, Hausrat", language="en")
    index_all()

    assert marked("run") == ["The runes ran; she [runs], [running]."]


def test_a_chapter_that_is_missing_is_found_by_its_title():
    shelve("Words.", titles=("The Heron",), language="en")
    with db.transaction() as session:
        session.execute(chapters.text("UPDATE chapter SET content = NULL, digest = NULL"))
    index_all()

    assert [(chapter.title, chapter.snippet) for chapter in find("heron").chapters] == [("The Heron", ())]
