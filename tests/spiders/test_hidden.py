"""What a page's CSS hides: each form that was seen, and the forms that only look like it."""

from __future__ import annotations

import pytest
from parsel import Selector

from spiders.hidden import remove_hidden

HIDING = {
    "display": ".x{display:none;}",
    "before speak": ".x{display:none;speak:never;}",
    "after speak": ".x{ speak: never; display: none; }",
    "no semicolon": ".x { display : none }",
    "grouped": "p.a, .x , .b { display: none; }",
    "grouped with one not understood": "p:made-up(1), .x, a|b, ::slotted(i) { display: none }",
    "important": ".x { display: none !important }",
    "visibility": ".x { visibility: hidden; }",
    "second rule": ".a { color: red } .x { display: none }",
    "upper case": ".x { DISPLAY: None }",
    "comments": ".x/**/{ /* } */ display:/**/none }",
    "in media": "@media screen { .x { display: none } }",
    "in media of every kind": "@media print, all and (min-width: 300px) { .x { display: none } }",
    "not print": "@media not print { .x { display: none } }",
    "in media in supports": "@supports (display: grid) { @media screen { .x { display: none } } }",
    "nested": ".wrap { color: red; .x { display: none } & > .y { color: red } }",
    "nested media": ".x { @media screen { display: none } }",
    "escaped": r".\78 { display: none }",
    "by context": "body > .wrap p + .x { display: none }",
    "by attribute": '[class="x"] { display: none }',
    "more special than what shows it": ".wrap .x { display: none } .x { display: block }",
    "important over later": ".x { display: none !important } .x { display: block }",
    "important over inline": ".styled.x { display: none !important } .x { display: none }",
}
SHOWING = {
    "print": "@media print { .x { display: none } }",
    "a narrow screen": "@media screen and (max-width: 600px) { .x { display: none } }",
    "not a screen": "@media not screen { .x { display: none } }",
    "shown again": ".x { display: none } .x { display: block }",
    "shown in the same rule": ".x { display: none; display: inline }",
    "shown by a more special rule": ".wrap .x { visibility: visible } .x { visibility: hidden }",
    "a pseudo-element": ".x::before { display: none }",
    "on hover": ".x:hover { display: none }",
    "another element": ".xx, .y { display: none }",
    "a property that ends alike": ".x { -old-display: none; border: none }",
    "a frame of an animation": "@keyframes blink { from { visibility: hidden } }",
}


def page(head: str = "", inner: str = '<p class="x">hidden</p>') -> Selector:
    return Selector(
        text=f"<html><head>{head}</head><body><div class='wrap'><p>before</p>{inner} after</div></body></html>",
        type="html",
    )


def text(root: Selector) -> str:
    return " ".join(" ".join(root.xpath("//body//text()[not(ancestor::style)]").getall()).split())


@pytest.mark.parametrize("sheet", HIDING.values(), ids=HIDING)
def test_an_element_that_a_sheet_hides_is_removed(sheet: str):
    root = page(f"<style>{sheet}</style>")

    assert remove_hidden(root) == 1
    assert text(root) == "before after"


@pytest.mark.parametrize("sheet", SHOWING.values(), ids=SHOWING)
def test_an_element_that_the_reader_sees_stays(sheet: str):
    root = page(f"<style>{sheet}</style>")

    assert remove_hidden(root) == 0
    assert text(root) == "before hidden after"


@pytest.mark.parametrize(
    "attributes",
    ['style="display:none"', 'style="color: red; DISPLAY : none ;"', 'style="visibility:hidden !important"', "hidden"],
)
def test_an_element_that_hides_itself_is_removed(attributes: str):
    root = page(inner=f"<p {attributes}>hidden</p>")

    assert remove_hidden(root) == 1
    assert text(root) == "before after"


@pytest.mark.parametrize(
    ("sheet", "attributes"),
    [
        (".x { display: none }", 'style="display: block"'),
        (".x { display: block }", "hidden"),
        (".x { display: block !important }", 'style="display: none"'),
    ],
)
def test_what_shows_an_element_may_outweigh_what_hides_it(sheet: str, attributes: str):
    root = page(f"<style>{sheet}</style>", inner=f'<p class="x" {attributes}>shown</p>')

    assert remove_hidden(root) == 0
    assert text(root) == "before shown after"


def test_a_sheet_in_the_body_counts_too():
    root = page(inner='<style>.x{display:none}</style><p class="x">hidden</p>')

    assert remove_hidden(root) == 1
    assert text(root) == "before after"


def test_a_sheet_that_ends_early_counts_as_a_browser_closes_it():
    root = page("<style>.x { display: none</style>")

    assert remove_hidden(root) == 1


@pytest.mark.parametrize("media", ["print", "speech", "(max-width: 400px)"])
def test_a_sheet_for_another_medium_hides_nothing(media: str):
    root = page(f'<style media="{media}">.x {{ display: none }}</style>')

    assert remove_hidden(root) == 0


def test_a_sheet_for_browsers_without_scripts_hides_nothing():
    root = page(inner='<noscript><style>.x { display: none }</style></noscript><p class="x">a late picture</p>')

    assert remove_hidden(root) == 0


def test_two_hidden_classes_are_counted_apart():
    root = page(
        "<style>.x{display:none}.y{visibility:hidden}</style>",
        inner='<p class="x">one</p>between<span class="y">two</span>',
    )

    assert remove_hidden(root) == 2
    assert text(root) == "before between after"


def test_what_lies_in_a_hidden_element_goes_with_it_uncounted():
    root = page(inner="<div hidden>one<p hidden>two</p></div>")

    assert remove_hidden(root) == 1
    assert text(root) == "before after"


def test_only_what_lies_below_the_given_element_is_removed():
    root = page(
        "<style>.x, .wrap { display: none }</style>", inner='<p hidden>menu</p><section><b class="x">y</b></section>'
    )

    assert remove_hidden(root.css("section")[0]) == 1
    assert text(root) == "before menu after"


def test_the_element_may_come_from_lxml():
    root = page(inner="<p hidden>hidden</p>")

    assert remove_hidden(root.root) == 1


@pytest.mark.parametrize(
    "sheet",
    ["a{" * 5000, "@media " + "(" * 5000, "x" + ":not(" * 5000, "".join(f"a{n},b{n}{{" for n in range(40)) + "}" * 40],
    ids=["rules", "brackets", "selectors", "groups"],
)
def test_a_sheet_nested_without_end_hides_nothing_and_costs_no_page(sheet: str):
    page = Selector(text=f"<style>{sheet}</style><style>.x{{display:none}}</style><p class=x>No.</p><p>Yes.</p>")

    assert remove_hidden(page) == 1
