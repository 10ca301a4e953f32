"""What the commands print about bridges."""

from rich import box
from rich.table import Table

from solvernet.summary import Summary


def bridge_lines(summary: Summary) -> Table:
    """Return the table of bridges."""
    title = "Bridges (time from the block of a sending to that of its payment)"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, collapse_padding=True, pad_edge=False)
    table.add_column("bridge", no_wrap=True)
    table.add_column("from", no_wrap=True)
    for head in ("arrived", "under way", "median", "longest", "lost", "gas"):
        table.add_column(head, justify="right", no_wrap=True)
    for line in summary.bridges:
        table.add_row(
            line.bridge,
            line.source,
            str(line.arrived),
            str(line.under_way),
            *("-" if time is None else f"{time:,.0f} s" for time in (line.median_s, line.worst_s)),
            f"{line.lost_usd:,.0f}",
            f"{line.cost_usd:,.2f}",
        )
    return table
