"""The parts that sections are made of: pictures with a caption, tables, and numbers that machines can read too."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from solvernet.report.markup import Attribute, Child, Markup, join, json_block, tag
from solvernet.report.plots import Sheet

Look = Literal["box", "line", "dash", "dot", "band"]
"""Mark of a legend; `band` stands for the bands of a picture, which are no traces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One line of a legend; clicking it hides its traces."""

    label: str
    colour: str
    traces: tuple[int, ...]
    look: Look = "box"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A figure and what is said about it."""

    id: str
    title: str
    shows: str
    """What it shows, in one sentence."""

    notice: str
    """What to notice in this run."""

    sheet: Sheet
    height_px: int
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    head: str
    is_number: bool = False
    is_prose: bool = False
    """Whether it holds sentences, which may wrap."""

    @property
    def css_class(self) -> str | None:
        """How the style sheet knows it."""
        return "number" if self.is_number else "prose" if self.is_prose else None


def section(section_id: str, title: str, *parts: Child) -> Markup:
    """Return a section with its heading."""
    heading = tag("h2", title, id=f"{section_id}-title")
    return tag("section", heading, *parts, id=section_id, aria_labelledby=f"{section_id}-title")


def paragraph(*children: Child, class_: str | None = None) -> Markup:
    """Return a paragraph."""
    return tag("p", *children, class_=class_)


def beside(*parts: Child) -> Markup:
    """Return parts beside each other where there is room, below each other where not."""
    return tag("div", *(tag("div", part) for part in parts), class_="beside")


def picture(what: Picture) -> Markup:
    """Return a figure with title, caption and legend; the script draws it into its box."""
    said = f"{what.shows} {what.notice}".strip()
    caption = tag("figcaption", tag("strong", what.title, id=f"caption-{what.id}"), tag("span", said))
    box = tag(
        "div",
        class_="plot",
        id=f"plot-{what.id}",
        role="img",
        aria_label=f"{what.title}. {said}",
        style=f"height:{what.height_px}px",
    )
    data = json_block(f"data-{what.id}", json.dumps(what.sheet, separators=(",", ":"), allow_nan=False))
    return tag("figure", caption, _legend(what), box, data, aria_labelledby=f"caption-{what.id}")


def table(label: str, columns: Sequence[Column], rows: Iterable[Sequence[Child]]) -> Markup:
    """Return a table that scrolls inside its box; `label` names it for those who cannot see it."""
    heads = (tag("th", c.head, scope="col", class_=c.css_class) for c in columns)
    lines = []
    for row in rows:
        cells = zip(columns, row, strict=True)
        lines.append(tag("tr", *(tag("td", cell, class_=c.css_class) for c, cell in cells)))
    head, body = tag("thead", tag("tr", *heads)), tag("tbody", *lines)
    return tag("div", tag("table", head, body), class_="scroll", role="region", aria_label=label, tabindex=0)


def datum(value: float, text: str, key: str | None = None) -> Markup:
    """Return a number as people read it, with its exact value for machines."""
    return tag("data", text, value=repr(value), data_key=key)


def swatch(colour: str, label: str) -> Markup:
    """Return a name with its colour."""
    return tag("span", tag("i", class_="swatch box", style=f"--c:{colour}", aria_hidden="true"), label, class_="named")


def gauge(value: float, colour: str) -> Markup:
    """Return a small bar that is full at one."""
    return tag("span", class_="gauge", style=f"--w:{value * 100:.2f}%;--c:{colour}", aria_hidden="true")


def _legend(what: Picture) -> Markup:
    buttons = []
    for key in what.keys:
        mark = tag("i", class_=f"swatch {key.look}", style=f"--c:{key.colour}", aria_hidden="true")
        traces = " ".join(map(str, key.traces))
        attributes: dict[str, Attribute] = {"type": "button", "aria_pressed": "true", "data_traces": traces}
        attributes |= {"data_plot": f"plot-{what.id}", "data_bands": key.look == "band"}
        buttons.append(tag("button", mark, key.label, **attributes))
    return tag("div", *buttons, class_="legend", role="group", aria_label="Legend") if buttons else join()
