"""The tables of docs/explanation/timelocks.md, as text, from what was measured."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, cast

from venues.htlc.outcomes import Outcome

Measured = Mapping[str, Mapping[str, Mapping[str, object]]]
"""What `solvernet.timelocks` writes: coverage by sender and stretch, ladders by hour, swaps by trial."""

SWAP_COLUMNS: Final[tuple[Outcome, ...]] = (
    "exchanged",
    "called off",
    "unanswered",
    "unopened",
    "maker lost",
    "taker lost",
)


def tables(found: Measured) -> tuple[str, str, str]:
    """Return the tables of coverage, ladders and swaps."""
    return coverage_table(found), ladder_table(found), swap_table(found)


def coverage_table(found: Measured) -> str:
    """Return what was foretold of inclusion, and what came of it."""
    head = ("sender", "when", "offer, gwei", "foretold, s", "at most, s", "99 % landed in, s", "landed in time")
    rows = []
    for sender, stretches in found["coverage"].items():
        for stretch, cell in stretches.items():
            row = cast("Mapping[str, float]", cell)
            numbers = [_text(row[key]) for key in ("price_gwei", "foretold_s", "longest_foretold_s", "waited_s")]
            rows.append((sender, stretch, *numbers, f"{100 * row['covered']:.1f} %"))
    return _table(head, rows)


def ladder_table(found: Measured) -> str:
    """Return the ladders of a calm and of a crowded hour side by side."""
    hours = {hour: cast("Mapping[str, float]", row) for hour, row in found["ladders"].items()}
    lines = next(iter(hours.values()))
    return _table(("seconds", *hours), [(line, *(_text(row[line]) for row in hours.values())) for line in lines])


def swap_table(found: Measured) -> str:
    """Return what became of the swaps of each trial."""
    head = ("trial", *SWAP_COLUMNS, "withdrawn in public", "cancelled in public", "by third parties", "ladder, min")
    rows = []
    for trial, cells in found["swaps"].items():
        outcomes = cast("Mapping[str, int]", cells["outcomes"])
        counts = [str(outcomes.get(name, 0)) for name in SWAP_COLUMNS]
        ended = [str(cells[key]) for key in ("public_withdrawals", "public_cancellations", "by_third_parties")]
        rows.append((trial, *counts, *ended, f"{cast('float', cells['ladder_s']) / 60:.0f}"))
    return _table(head, rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _text(value: float) -> str:
    """Return a number with as many places as it has, one at most."""
    return f"{value:.1f}".removesuffix(".0")
