"""The command that shows what everybody bid."""

import json as text_json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from intents.assets import USDC_UNIT
from solvers.opened_bids import OpenedRound


def bids(
    folder: Annotated[Path, typer.Argument(help="Folder that a run was written to.")],
    round: Annotated[int | None, typer.Option(min=1, help="Look at one round only.")] = None,  # noqa: A002  its option
    json: Annotated[bool, typer.Option("--json", help="Print JSON, with the whole of every bid.")] = False,
) -> None:
    """List what everybody bid in the rounds whose epoch is over, and what became of it."""
    from solvernet.cli.show import console
    from solvernet.opened_bids import opened_bids

    found = opened_bids(folder, round)
    if json:
        typer.echo(text_json.dumps([each.model_dump(mode="json") for each in found], indent=2))
    elif not found:
        console.print("no bids are opened: the scenario does not ask for it, or no epoch is over", soft_wrap=True)
    else:
        console.print(opened_table(found))


def opened_table(rounds: Iterable[OpenedRound]) -> Table:
    """Return the table of opened bids."""
    table = Table(title="Opened bids, in USDC", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for head in ("round", "bid", "intents"):
        table.add_column(head, no_wrap=True)
    for head in ("owners pay", "score"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("outcome", no_wrap=True)
    for opened in rounds:
        for sheet in opened.sheets:
            for each in sheet.bids:
                intents = ", ".join(name[:8] for name in each.bid.intents)
                paid = sum(fill.debit for fill in each.bid.fills) / USDC_UNIT
                why = each.outcome if each.code == each.outcome else f"{each.outcome}, {each.code.replace('_', ' ')}"
                cells = (f"{sheet.solver}/{each.position}", intents, f"{paid:,.2f}", f"{each.score / USDC_UNIT:,.2f}")
                table.add_row(str(opened.round), *cells, why)
    return table
