"""Routes of one intent side by side, on a terminal."""

from collections.abc import Mapping, Sequence

from rich.table import Table

from intents.assets import OPTION_UNIT, USDC_UNIT
from solvernet.cli.show import BOX, console
from solvernet.compared_routes import Found
from solvers.routing.assessment import Assessment
from solvers.routing.problem import Route


def show_routes(found: Sequence[Found], names: Mapping[str, str]) -> None:
    """Print what each engine found, what the parcels are, and what the careful route risks."""
    table = Table(box=BOX, collapse_padding=True, pad_edge=False)
    table.add_column("engine")
    for head in ("units", "cost", "gas", "bridge", "surplus", "gap"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("from")
    table.add_column("delivered", overflow="fold")
    for each in found:
        table.add_row(each.engine, *_cells(each, names))
    console.print(table)
    for each in found:
        if isinstance(each.answer, Route) and each.answer.risk is not None:
            for line in _risk_lines(each.answer.risk, names):
                console.print(line)
    for each in found:
        for risk in each.risks()[:1]:
            losses = ", ".join(f"{loss:.2f}" for loss in risk.losses)
            bounded = f", losses {losses}" if losses else ""
            console.print(f"{each.engine} leaves delta {risk.delta:+.4f}, vega {risk.vega:+.4f}{bounded} a unit")


def _cells(each: Found, names: Mapping[str, str]) -> list[str]:
    answer = each.answer
    if not isinstance(answer, Route):
        return ["", "", "", "", "", "", "", f"none: {answer.detail}"]
    cost = answer.cost
    money = [f"{amount / USDC_UNIT:,.2f}" for amount in (cost.total, cost.gas, cost.bridge, answer.surplus)]
    gap = f"{answer.gap:.2%}" if answer.gap is not None else ""
    parcels = "; ".join(f"{names.get(part.chain, part.chain)}: {_legs(part.legs)}" for part in answer.parcels)
    return [f"{answer.quantity / OPTION_UNIT:g}", *money, gap, answer.engine, parcels]


def _legs(legs: Mapping[str, int]) -> str:
    return " ".join(f"{held / OPTION_UNIT:+g} {name}" for name, held in sorted(legs.items()))


def _risk_lines(risk: Assessment, names: Mapping[str, str]) -> list[str]:
    ends = f", ended within {risk.ends_ms / 1000:,.0f} s" if risk.ends_ms is not None else ""
    first = (
        f"careful: all works with a chance of {risk.success:.2%}, margin {risk.margin:,.2f} costs "
        f"{risk.margin_cost:,.2f}, mean loss of the worst cases {risk.tail_loss:,.2f}{ends}"
    )
    sent = [
        f"careful: {each.cash / USDC_UNIT:,.2f} over {each.bridge} from {names.get(each.source, each.source)} to "
        f"{names.get(each.target, each.target)}, sent at {each.departs_ms / 1000:,.0f} s, there by "
        f"{each.arrives_ms / 1000:,.0f} s, fee {each.fee / USDC_UNIT:,.2f}"
        for each in risk.transfers
    ]
    return [first, *sent]
