"""What of a run is real, what is reconstructed, and what could not have been: the scenario in its own words."""

import re

from solvernet.report.formats import duration
from solvernet.report.markup import Child, Markup, join, tag
from solvernet.report.run_view import RunView
from solvernet.report.section import paragraph, section

KINDS = ("Real", "Reconstructed", "Counterfactual")
_HEAD = re.compile(rf"(?:^|(?<=[.!?] ))({'|'.join(KINDS)}): ")


def provenance(view: RunView) -> Markup:
    """Return the section on what is real."""
    scenario = view.outcome.engine.name.scenario
    opening, kinds = sorted_out(scenario.description)
    parts: list[Child] = [paragraph(scenario.title, class_="lead")]
    if opening:
        parts.append(paragraph(opening))
    if kinds:
        parts.append(tag("dl", *(_kind(head, text) for head, text in kinds), class_="provenance"))
    _, last_ms = view.summary.window
    every = duration(view.outcome.engine.every_ms / 1000)
    played = (
        f"An auction round is held every {every}; no intent is posted after {view.time(last_ms)}, and rounds go on"
        " until every one has ended. Users, makers and solvers act as the scenario says, with all chance drawn from"
        f" seed {view.summary.seed}; the market does not react to them beyond the venues they trade at."
    )
    parts.append(paragraph(played, class_="aside"))
    return section("real", "What is real", *parts)


def sorted_out(description: str) -> tuple[str, list[tuple[str, str]]]:
    """Return a description's opening, and what it says is real, reconstructed and counterfactual, in its order."""
    opening, *rest = _HEAD.split(" ".join(description.split()))
    pairs = zip(rest[::2], rest[1::2], strict=True)
    return opening.strip(), [(head, text[:1].upper() + text[1:].strip()) for head, text in pairs]


def _kind(head: str, text: str) -> Markup:
    return tag("div", join(tag("dt", head), tag("dd", text)), class_=head.lower())
