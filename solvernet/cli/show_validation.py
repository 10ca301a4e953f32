"""What the commands print about settlements that were checked against awards."""

from collections.abc import Iterator

from rich import box
from rich.console import RenderableType
from rich.table import Table

from solvernet.cli.clock import clock
from solvernet.validation import Validation

SAID = {
    "valid": "settled as awarded",
    "unsettled": "not settled, and recorded so",
    "violation": "violations",
    "undecidable": "undecidable yet",
    "missing": "with data missing",
}


def validation_lines(found: Validation, *, all_of_them: bool = True) -> Iterator[RenderableType]:
    """Yield the counts, the fills that need a word, and the verdicts that a reorganisation changed.

    Args:
        found: What the validator found.
        all_of_them: Whether to list also fills that were not settled and recorded so.
    """
    counts = ", ".join(f"{found.counts[kind]} {said}" for kind, said in SAID.items() if found.counts[kind])
    yield f"settlements against awards: {counts or 'none'}"
    lines = [each for each in found.found if all_of_them or each.verdict != "unsettled"]
    if lines:
        table = Table(title="Fills that were not settled as awarded", title_justify="left", box=box.SIMPLE_HEAD)
        for head in ("fill", "verdict", "code", "what chains show"):
            table.add_column(head, overflow="fold")
        for each in lines:
            mark = "[red]violation[/red]" if each.verdict == "violation" else each.verdict
            table.add_row(each.fill, mark, each.code.replace("_", " "), each.detail)
        yield table
    for turn in found.turned:
        at = clock(turn.time_ms, seconds=True)
        yield f"{at}  a reorganisation turned {turn.fill}: {turn.before}, then {turn.after}"
