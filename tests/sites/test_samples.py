"""The made-up novels are the same each time, and change only as they are told to."""

from __future__ import annotations

from tests.sites import royalroad
from tests.sites.samples import TRICKY, make_novel


def test_the_same_arguments_make_the_same_novel():
    assert make_novel(seed=3) == make_novel(seed=3)
    assert make_novel(seed=3) != make_novel(seed=4)


def test_every_tricky_piece_of_markup_stands_in_some_chapter():
    text = "".join(chapter.content for chapter in make_novel(chapters=len(TRICKY)).chapters)

    assert all(piece in text for piece in TRICKY)


def test_taking_a_chapter_down_leaves_the_others_as_they_were():
    novel = make_novel(chapters=3)
    one, two, three = novel.chapters

    assert novel.without(two.key).chapters == (one, three)
    assert royalroad.path_of(novel, two) not in royalroad.render(novel.without(two.key))


def test_locking_rewriting_and_inserting_change_one_chapter():
    novel = make_novel(chapters=2)
    one, two = novel.chapters

    assert [chapter.locked for chapter in novel.locking(two.key).chapters] == [False, True]
    assert novel.rewriting(one.key, "<p>New.</p>").chapters[0].content == "<p>New.</p>"
    assert novel.without(one.key).inserting(one, 1).chapters == (two, one)
