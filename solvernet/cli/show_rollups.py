"""What the commands print about rollups."""

from rich import box
from rich.table import Table

from solvernet.summary import Summary


def rollup_lines(summary: Summary) -> Table:
    """Return the table of rollups."""
    title = "Rollups (delays of blocks until they are safe and final, median and 99 % quantile)"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, collapse_padding=True, pad_edge=False)
    table.add_column("chain", no_wrap=True)
    for head in ("batches", "in blobs", "kB", "posting", "proving", "safe", "99 %", "final", "99 %"):
        table.add_column(head, justify="right", no_wrap=True)
    for line in summary.rollups:
        table.add_row(
            line.chain,
            str(line.batches),
            str(line.in_blobs),
            f"{line.kilobytes:,.0f}",
            f"{line.posting_usd:,.2f}",
            f"{line.proving_usd:,.2f}",
            *(_seconds(delay) for delay in (line.safe_s_p50, line.safe_s_p99, line.final_s_p50, line.final_s_p99)),
        )
    return table


def _seconds(delay: float | None) -> str:
    return "–" if delay is None else f"{delay:,.0f} s"
