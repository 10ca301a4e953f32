"""What the commands print about the house's account."""

from collections.abc import Iterator

from rich import box
from rich.table import Table

from intents.assets import USDC_UNIT
from solvernet.fee_table import FeeFigures, entries


def fee_lines(figures: FeeFigures) -> Iterator[Table]:
    """Yield the table of solvers and the house's account."""
    table = Table(
        title="Fees: paid by owners, and what solvers had of them",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        collapse_padding=True,
        pad_edge=False,
    )
    table.add_column("solver", no_wrap=True)
    for head in ("won", "settled", "fees", "rewards", "share", "fined"):
        table.add_column(head, justify="right", no_wrap=True)
    for line in figures.lines:
        money = (line.fees_usd, line.rewards_usd, line.share_usd, line.fined_usd)
        table.add_row(line.solver, str(line.won), str(line.settled), *(f"{usd:,.2f}" for usd in money))
    yield table
    account = Table(
        title=f"The house's account, {figures.epochs} epochs",
        title_justify="left",
        show_header=False,
        box=None,
        padding=(0, 2),
    )
    account.add_column()
    account.add_column(justify="right")
    for what, cash in entries(figures):
        account.add_row(what, f"{cash / USDC_UNIT:,.6f}")
    yield account
