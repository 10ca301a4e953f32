"""What the commands print about feeds and the stake behind them."""

from collections.abc import Iterator, Sequence

from rich import box
from rich.table import Table

from solvernet.oracle_table import OracleLine
from solvernet.security_table import SecurityFigures
from solvernet.summary import Summary


def oracle_lines(lines: Sequence[OracleLine]) -> Table:
    """Return the table of feeds."""
    title = "Feeds (age of the price in force, error against the true price)"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, collapse_padding=True, pad_edge=False)
    table.add_column("feed", no_wrap=True)
    table.add_column("chain", no_wrap=True)
    for head in ("updates", "age", "oldest", "error", "worst", "cost"):
        table.add_column(head, justify="right", no_wrap=True)
    for line in lines:
        table.add_row(
            line.feed,
            line.chain,
            str(line.updates),
            *(f"{age:,.0f} s" for age in (line.staleness_s_mean, line.staleness_s_worst)),
            *(f"{error:.2f} %" for error in (line.error_percent_mean, line.error_percent_worst)),
            f"{line.cost_usd:,.2f}",
        )
    return table


def security_lines(summary: Summary) -> Iterator[Table | str]:
    """Yield what there is to say of stake and attackers."""
    figures = summary.security
    if figures is None:
        return
    if figures.attacks:
        yield _attacks(figures)
    for line in figures.stakes:
        if line.slashed:
            by = " and ".join(line.punished_by)
            yield f"[red]slashed[/red] {line.operator}: {line.slashed:,.2f} of {line.before:,.2f} ether, by {by}"
    for party in figures.parties:
        word = "won" if party.profit_usd >= 0 else "lost"
        yield f"{party.role} {party.account} {word} {abs(party.profit_usd):,.0f} dollars"


def _attacks(figures: SecurityFigures) -> Table:
    title = "Corruption when it would have paid most, in dollars"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, collapse_padding=True, pad_edge=False)
    table.add_column("services")
    for head in ("operators", "cost", "profit", "gain"):
        table.add_column(head, justify="right", no_wrap=True)
    for line in figures.attacks:
        amounts = (line.cost_usd, line.profit_usd, line.gain_usd)
        table.add_row(" and ".join(line.services), str(line.operators), *(f"{usd:,.0f}" for usd in amounts))
    return table
