"""What the commands print about who paid for what went wrong."""

from rich import box
from rich.table import Table

from solvernet.summary import Summary


def paid_lines(summary: Summary) -> Table:
    """Return the table of payments."""
    title = "Who paid for what went wrong"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, collapse_padding=True, pad_edge=False)
    for head in ("what", "because of", "by", "to"):
        table.add_column(head)
    for head in ("times", "USD"):
        table.add_column(head, justify="right", no_wrap=True)
    for line in summary.paid:
        because = line.because.replace("_", " ")
        table.add_row(line.what, because, line.payer, line.payee, str(line.count), f"{line.usd:,.2f}")
    return table
