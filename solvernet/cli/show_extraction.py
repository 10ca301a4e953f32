"""What adversaries of the environment took, on a terminal."""

from typing import Final

from rich import box
from rich.table import Table

from solvernet.extraction_table import ExtractionFigures
from solvernet.private_table import PrivateLine

MOST_TRANSFERS: Final = 15
"""Transfers printed; the summary has all of them."""


def adversaries(figures: ExtractionFigures) -> Table:
    """Return one line for each adversary."""
    table = _table(f"Adversaries ({figures.blocks} blocks changed; dollars, gas apart)")
    for head in ("adversary", "does"):
        table.add_column(head)
    for head in ("sent", "failed", "took", "gas", "net"):
        table.add_column(head, justify="right", no_wrap=True)
    for line in figures.adversaries:
        table.add_row(
            _short(line.adversary),
            line.kind.replace("_", " "),
            *(f"{number:,}" for number in (line.transactions, line.reverted)),
            *(f"{usd:,.0f}" for usd in (line.took_usd, line.gas_usd, line.net_usd)),
        )
    return table


def taken(figures: ExtractionFigures) -> Table:
    """Return who lost how much to whom, the most first."""
    table = _table("Taken, from whom")
    for head in ("by", "how", "from", "who is"):
        table.add_column(head)
    for head in ("blocks", "dollars"):
        table.add_column(head, justify="right", no_wrap=True)
    for line in figures.transfers[:MOST_TRANSFERS]:
        table.add_row(
            _short(line.taker),
            line.how.replace("_", " "),
            _short(line.loser),
            line.role,
            str(line.blocks),
            f"{line.usd:,.0f}",
        )
    return table


def private_lines(lines: tuple[PrivateLine, ...]) -> tuple[Table, ...]:
    """Return a table of how many steps were handed to builders, and what became of them; none without any."""
    if not lines:
        return ()
    table = _table("Steps that trade: public, or handed to builders")
    for head in ("chain", "step"):
        table.add_column(head)
    for head in ("public", "handed", "included", "published"):
        table.add_column(head, justify="right", no_wrap=True)
    for line in lines:
        numbers = (line.public, line.handed, line.included, line.published)
        table.add_row(line.chain, line.step, *(f"{number:,}" for number in numbers))
    return (table,)


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, collapse_padding=True, pad_edge=False)


def _short(name: str) -> str:
    """Return a name as short as it can be told: an address by its beginning, an adversary without that word."""
    return f"{name[:8]}…" if name.startswith("0x") else name.removeprefix("adversary.")
