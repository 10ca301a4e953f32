"""HTML that is escaped by construction.

Everything that becomes part of a page is escaped unless it is `Markup` already, so that names and details from
outside cannot become tags.
"""

import html
import re
from typing import Final

VOID: Final = frozenset({"br", "col", "hr", "link", "meta"})
"""Elements without content and without an end tag."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Characters that HTML does not allow, whatever way they are written."""


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Child = Markup | str | int
Attribute = str | int | float | bool | None


def escape(text: str) -> Markup:
    """Return a text as HTML that shows it."""
    if isinstance(text, Markup):
        return text
    return Markup(html.escape(_CONTROL.sub("\ufffd", text), quote=True))


def join(*children: Child, by: str = "") -> Markup:
    """Return children one after the other, escaped where they are text."""
    return Markup(escape(by).join(escape(str(child) if isinstance(child, int) else child) for child in children))


def tag(name: str, /, *children: Child, **attributes: Attribute) -> Markup:
    """Return an element.

    Attributes are named as in Python: `class_` is `class`, `aria_label` is `aria-label`. True stands for an attribute
    without a value, `None` and false leave it out.
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{join(*children)}</{name}>")


def json_block(element_id: str, text: str) -> Markup:
    """Return a block of JSON in a page, where scripts find it; nothing in it can end the block."""
    return tag("script", Markup(text.replace("<", "\\u003c")), type="application/json", id=element_id)


def _attribute(key: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
