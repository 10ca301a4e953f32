from hypothesis import given
from hypothesis import strategies as st

from solvernet.report.markup import Markup, escape, join, json_block, tag
from tests.solvernet.report.reading import parse

PRINTABLE = st.text(st.characters(exclude_categories=("Cc", "Cs")))


def test_tags_from_outside_become_text() -> None:
    written = tag("p", "<script>alert(1)</script> & co")

    assert written == "<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; co</p>"


def test_markup_is_not_escaped_twice() -> None:
    assert tag("p", tag("b", "a & b")) == "<p><b>a &amp; b</b></p>"


def test_an_attribute_cannot_be_left_by_quotes() -> None:
    (node,) = parse(tag("a", "name", title='" onclick="alert(1)')).all("a")

    assert node.attributes == {"title": '" onclick="alert(1)'}


def test_attributes_are_named_as_in_html() -> None:
    written = tag("div", class_="box", aria_label="a box", hidden=True, title=None, tabindex=0, draggable=False)

    assert written == '<div class="box" aria-label="a box" hidden tabindex="0"></div>'


def test_void_elements_have_no_end_tag() -> None:
    assert tag("meta", charset="utf-8") == '<meta charset="utf-8">'


def test_control_characters_are_shown_as_unknown() -> None:
    assert escape("a\x00b\x1bc") == "a\ufffdb\ufffdc"


def test_numbers_may_be_children() -> None:
    assert join("n = ", 3, by="|") == "n = |3"


@given(PRINTABLE)
def test_a_reader_sees_the_text_that_was_written(text: str) -> None:
    (node,) = parse(tag("p", text)).all("p")

    assert node.text() == text


@given(PRINTABLE)
def test_a_reader_sees_the_attribute_that_was_written(text: str) -> None:
    (node,) = parse(tag("p", title=text)).all("p")

    assert node.attributes["title"] == text


@given(PRINTABLE)
def test_no_text_ends_a_block_of_data(text: str) -> None:
    page = parse(join(json_block("d", f'"{text}</script><b>"'), Markup("<i>after</i>")))

    assert [node.name for node in page.everything()] == ["script", "i"]
