"""What the commands print about rollups."""

from rich import box
from rich.table import Table

from solvernet.summary import Summary


def rollup_lines(summary: Summary) -> Table:
    """Return the table of rollups."""
    title = "Rollups (seconds until blocks are safe and final, median / 99 %)"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, collapse_padding=True, pad_edge=False)
    table.add_column("chain", no_wrap=True)
    for head in ("batches", "kB", "posting", "proving", "safe", "final", "lane"):
        table.add_column(head, justify="right", no_wrap=True)
    for line in summary.rollups:
        table.add_row(
            line.chain,
            str(line.batches),
            f"{line.kilobytes:,.0f}",
            f"{line.posting_usd:,.2f}",
            f"{line.proving_usd:,.2f}",
            f"{_seconds(line.safe_s_p50)} / {_seconds(line.safe_s_p99)}",
            f"{_seconds(line.final_s_p50)} / {_seconds(line.final_s_p99)}",
            f"{line.lane_usd:,.2f}" if line.lane_rounds else "–",
        )
    return table


def _seconds(delay: float | None) -> str:
    return "–" if delay is None else f"{delay:,.0f}"
