"""What the commands print about feeds and the stake behind them."""

from rich import box
from rich.table import Table

from solvernet.summary import Summary


def oracle_lines(summary: Summary) -> Table:
    """Return the table of feeds."""
    title = "Feeds (age of the price in force, error against the true price)"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, collapse_padding=True, pad_edge=False)
    table.add_column("feed", no_wrap=True)
    table.add_column("chain", no_wrap=True)
    for head in ("updates", "age", "oldest", "error", "worst", "cost"):
        table.add_column(head, justify="right", no_wrap=True)
    for line in summary.oracles:
        table.add_row(
            line.feed,
            line.chain,
            str(line.updates),
            *(f"{age:,.0f} s" for age in (line.staleness_s_mean, line.staleness_s_worst)),
            *(f"{error:.2f} %" for error in (line.error_percent_mean, line.error_percent_worst)),
            f"{line.cost_usd:,.2f}",
        )
    return table
