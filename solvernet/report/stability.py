"""Execution environment stability: how much of what was due was done well, and what took the rest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from intents.assets import USDC_UNIT
from intents.lifecycle import LAYER_OF_CAUSE, Cause
from risk.stability import LAYERS, Operation
from solvernet.report.formats import dollars, ees, share, words
from solvernet.report.markup import Child, Markup, join
from solvernet.report.palette import GOOD, LAYER_COLOUR, LAYER_NAME, PAPER
from solvernet.report.plots import bars, lying_bars, lying_height
from solvernet.report.run_view import RunView
from solvernet.report.section import (
    Column,
    Key,
    Picture,
    beside,
    datum,
    gauge,
    paragraph,
    picture,
    section,
    swatch,
    table,
)
from solvernet.settlements_due import operations

LABELLED_FROM: Final = 12.0
"""Smallest part of a bar, in percent, that has room for its label."""

EXPLAINED: Final = (
    "Some operations must not fail: updating an oracle, settling an intent, paying out an option at expiry, calling"
    " margin, liquidating. Each that was due is weighed by the value at risk in it; it is good if it was done in time"
    " and at a right price. Stability is the good weight over the due weight, and the headline is the smallest over the"
    " classes: a mean would hide the one that breaks."
)
WEIGHT_NOTE: Final = (
    "Weight is value at risk, counted anew at every operation: an oracle that is wrong for an hour fails sixty checks."
    " It is not money that anybody lost."
)
NO_IDEAL: Final = "Settlements have no figure: the ideal run, which says what was due, was not made."


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of the critical operations, in USDC base units."""

    due: Mapping[str, int]
    """By class of operation."""

    lost: Mapping[str, Mapping[str, int]]
    """By class, then by cause."""

    def causes_of(self, layer: str) -> list[str]:
        """Return the causes of a layer that took anything, sorted."""
        causes = {cause for found in self.lost.values() for cause in found}
        return sorted(cause for cause in causes if LAYER_OF_CAUSE[Cause(cause)] == layer)

    def part(self, kind: str, cause: str) -> float:
        """Return the part of what was due of a class that a cause took."""
        due = self.due.get(kind, 0)
        return self.lost.get(kind, {}).get(cause, 0) / due if due else 0.0


def stability(view: RunView) -> Markup:
    """Return the section on stability."""
    weights = weigh(operations(view.outcome.engine, view.outcome.ideal))
    parts: list[Child] = [paragraph(EXPLAINED)]
    if view.summary.stability.minimum is not None:
        parts.append(picture(by_class(view, weights)))
    parts.append(beside(_classes(view), _layers(view)))
    if weights.lost:
        parts += [_causes(weights), paragraph(WEIGHT_NOTE, class_="aside")]
    if view.outcome.ideal is None:
        parts.append(paragraph(NO_IDEAL, class_="aside"))
    return section("stability", "Stability", *parts)


def weigh(operations: Iterable[Operation]) -> Weights:
    """Return what was due and what was lost."""
    due: dict[str, int] = {}
    lost: dict[str, dict[str, int]] = {}
    for operation in operations:
        due[operation.kind] = due.get(operation.kind, 0) + operation.weight
        if operation.cause and operation.weight > operation.good:
            found = lost.setdefault(operation.kind, {})
            found[operation.cause] = found.get(operation.cause, 0) + operation.weight - operation.good
    return Weights(due, lost)


def by_class(view: RunView, weights: Weights) -> Picture:
    """Return what was done well of each class, and what each cause took from it."""
    figures = {kind: value for kind, value in view.summary.stability.classes.items() if value is not None}
    names = [words(kind) for kind in figures]
    traces = [_segment(names, list(figures.values()), "good", GOOD)]
    keys = [Key(label="good", colour=GOOD, traces=(0,))]
    for layer in LAYERS:
        first, causes = len(traces), weights.causes_of(layer)
        for cause in causes:
            parts = [weights.part(kind, cause) for kind in figures]
            traces.append(_segment(names, parts, words(cause), LAYER_COLOUR[layer]))
        if causes:
            label, own = f"lost in {LAYER_NAME[layer]}", tuple(range(first, len(traces)))
            keys.append(Key(label=label, colour=LAYER_COLOUR[layer], traces=own))
    return Picture(
        id="stability",
        title="What was done well, and what took the rest",
        shows="Each bar is all that was due of one class of operation, by weight: what was good, and what was lost to"
        " each cause, coloured by the layer that answers for it.",
        notice=_weakest(figures, weights),
        sheet=lying_bars(traces, names, "% of the weight that was due", most=100),
        height_px=lying_height(names),
        keys=tuple(keys),
    )


def _segment(names: list[str], parts: list[float], label: str, colour: str) -> object:
    """Return one part of every bar; parts are fractions of one."""
    percent = [round(100 * part, 3) for part in parts]
    return bars(
        x=percent,
        y=names,
        orientation="h",
        colour=colour,
        name=label,
        text=[f"{label} {part:.1f}%" if part >= LABELLED_FROM else "" for part in percent],
        textposition="inside",
        insidetextanchor="middle",
        insidetextfont={"color": PAPER},
        textangle=0,
        constraintext="none",
        hovertemplate=f"%{{y}}: {label} %{{x:.2f}}%<extra></extra>",
    )


def _weakest(figures: Mapping[str, float], weights: Weights) -> str:
    kind = min(figures, key=lambda name: figures[name])
    lost = weights.lost.get(kind, {})
    if not lost:
        return "Nothing was lost."
    cause = max(lost, key=lambda name: (lost[name], name))
    part = share(weights.part(kind, cause))
    return f"The weakest class is {words(kind)}: the cause “{words(cause)}” took {part} of what was due."


def _classes(view: RunView) -> Markup:
    figures = view.summary.stability
    columns = Column("Class of operation"), Column("Due", is_number=True), Column("EES", is_number=True), Column("")
    rows = []
    for kind, value in figures.classes.items():
        due = figures.due.get(kind, 0)
        rows.append((words(kind), datum(due, f"{due:,}", f"due.{kind}"), *_figure(value, f"class.{kind}", GOOD)))
    return table("Stability by class of operation", columns, rows)


def _layers(view: RunView) -> Markup:
    columns = Column("Layer"), Column("EES", is_number=True), Column("")
    rows = [
        (swatch(LAYER_COLOUR[layer], LAYER_NAME[layer]), *_figure(value, f"layer.{layer}", LAYER_COLOUR[layer]))
        for layer, value in view.summary.stability.layers.items()
    ]
    return table("Stability by layer", columns, rows)


def _figure(value: float | None, key: str, colour: str) -> tuple[Child, Child]:
    """Return a figure of stability and its gauge."""
    if value is None:
        return ees(None), join()
    return datum(value, ees(value), key), gauge(value, colour)


def _causes(weights: Weights) -> Markup:
    """Return what each cause took from each class, the greatest part first."""
    columns = (
        Column("Lost to"),
        Column("Layer"),
        Column("Class"),
        Column("Weight", is_number=True),
        Column("Of what was due", is_number=True),
    )
    taken = [(kind, cause, weight) for kind, found in weights.lost.items() for cause, weight in found.items()]
    rows: list[tuple[Child, ...]] = []
    for kind, cause, weight in sorted(taken, key=lambda item: -weights.part(*item[:2])):
        layer, usd = LAYER_OF_CAUSE[Cause(cause)], weight / USDC_UNIT
        lost = datum(usd, dollars(usd), f"lost.{cause}")
        part = share(weights.part(kind, cause))
        rows.append((swatch(LAYER_COLOUR[layer], words(cause)), LAYER_NAME[layer], words(kind), lost, part))
    return table("What was lost to each cause", columns, rows)
