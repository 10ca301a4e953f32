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
    if found.breaches:
        yield _breaches(found)
    for turn in found.turned:
        at = clock(turn.time_ms, seconds=True)
        yield f"{at}  a reorganisation turned {turn.fill}: {turn.before}, then {turn.after}"


def _breaches(found: Validation) -> Table:
    """Return the table of violations that were punished."""
    table = Table(title="Violations that were punished", title_justify="left", box=box.SIMPLE_HEAD)
    for head in ("fill", "by", "code", "final at"):
        table.add_column(head, overflow="fold")
    for head in ("its owner lost", "paid by its stake"):
        table.add_column(head, justify="right")
    for each in found.breaches:
        money = (f"{usd:,.2f} USDC" for usd in (each.damage_usd, each.slashed_usd))
        table.add_row(each.fill, each.solver, each.code.replace("_", " "), clock(each.time_ms, seconds=True), *money)
    return table
