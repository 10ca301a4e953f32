"""From the optimiser's fractions to whole lots that can be executed.

Quantities are rounded down, long legs up and short legs towards zero, so that a floor stays dominated; the orders of a
leg are adjusted to add up to it exactly. The result is then simulated in whole numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from intents.assets import OPTION_UNIT
from intents.intent import LOT
from intents.satisfaction import payoff_gap
from intents.wants import Exposure, Package
from solvers.routing import rebalancing
from solvers.routing.desk import Draft, open_order
from solvers.routing.exact import Allocation, Flow, Share
from solvers.routing.structures import depth, whole_orders
from venues.graph import LiquidityGraph
from venues.markets.venue import Side

_LOTS: Final = OPTION_UNIT // LOT
_NOISE: Final = 6
"""Decimals of a lot beyond which the optimiser's answer is noise."""

MOST_REPAIRS: Final = 3


def draft(graph: LiquidityGraph, allocation: Allocation, share: Share) -> Draft | None:
    """Return the parcel of one share in whole lots, or `None` if rounding leaves nothing to execute."""
    quantity = whole_quantity(share)
    legs = whole_legs(share, quantity)
    if quantity < max(share.job.least(), LOT) or not legs:
        return None
    whole = whole_orders(allocation.flows, share.chain, legs)
    if whole is None:
        return None
    orders, left = whole
    for instrument, held in sorted(left.items()):
        side: Side = "buy" if held > 0 else "sell"
        flows = [
            flow
            for flow in allocation.flows
            if flow.edge.instrument == instrument and flow.edge.side == side and flow.edge.source[1] == share.chain
        ]
        split = split_lots(graph, flows, abs(held) // LOT)
        if split is None:
            return None
        orders.extend(open_order(venue, instrument, side, lots * LOT) for venue, lots in split if lots)
    return Draft(chain=share.chain, quantity=quantity, legs=legs, orders=tuple(orders))


def whole_quantity(share: Share) -> int:
    """Return the quantity of a share in whole lots."""
    return _down(share.quantity) * LOT


def levelled(shares: Sequence[Share]) -> tuple[Share, ...]:
    """Return the shares of one intent in whole lots that add up to the whole lots of their sum.

    Where two chains cost the same the optimiser splits anywhere, and each part rounded down would lose a lot.
    """
    lots = {share.chain: _down(share.quantity) for share in shares}
    left = _down(sum(share.quantity for share in shares)) - sum(lots.values())
    by_fraction = sorted(shares, key=lambda share: (lots[share.chain] - share.quantity * _LOTS, share.chain))
    for share in by_fraction[:left]:
        lots[share.chain] += 1
    return tuple(_resized(share, lots[share.chain] / _LOTS) for share in shares)


def _resized(share: Share, quantity: float) -> Share:
    legs = {name: held * quantity / share.quantity for name, held in share.legs.items()}
    return replace(share, quantity=quantity, legs=legs)


def whole_legs(share: Share, quantity: int) -> dict[str, int] | None:
    """Return the legs of a share in whole lots, or `None` if no rounding satisfies the want."""
    want = share.job.intent.want
    if isinstance(want, Package):
        return {name: per_unit * quantity // OPTION_UNIT for name, per_unit in want.unit_legs().items()}
    scale = quantity / OPTION_UNIT / share.quantity
    if isinstance(want, Exposure):
        return rebalancing.whole_legs(want, {name: held * scale for name, held in share.legs.items()}, quantity)
    legs = {name: _leg_lots(held * scale) * LOT for name, held in share.legs.items()}
    legs = {name: held for name, held in legs.items() if held}
    for _ in range(MOST_REPAIRS):
        if payoff_gap(want, legs, quantity) is None:
            break
        legs = {name: held + LOT if held > 0 else held for name, held in legs.items()}
    return legs if payoff_gap(want, legs, quantity) is None else None


def split_lots(graph: LiquidityGraph, flows: Sequence[Flow], lots: int) -> list[tuple[str, int]] | None:
    """Return `lots` shared out over venues in proportion to their flows, within what each offers."""
    depths = {flow.edge.key: depth(graph, flow.edge) // LOT for flow in flows}
    wanted = {flow.edge.key: flow.quantity for flow in flows}
    total = sum(wanted.values())
    if not wanted or sum(depths.values()) < lots:
        return None
    split = {key: min(_down(lots * quantity / total / _LOTS), depths[key]) for key, quantity in wanted.items()}
    left = lots - sum(split.values())
    for key in sorted(wanted, key=lambda name: (-wanted[name], name)):
        extra = min(left, depths[key] - split[key])
        split[key] += extra
        left -= extra
    return sorted(split.items()) if left == 0 else None


def net(legs: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Return the sum of several sets of legs, without zeros."""
    total: dict[str, int] = {}
    for part in legs:
        for name, held in part.items():
            total[name] = total.get(name, 0) + held
    return {name: held for name, held in total.items() if held}


def _down(quantity: float) -> int:
    """Return a quantity of options in whole lots, rounded down once the optimiser's noise is taken off."""
    return int(round(quantity * _LOTS, _NOISE))


def _leg_lots(held: float) -> int:
    lots = round(held * _LOTS, _NOISE)
    return -int(-lots // 1) if lots > 0 else -int(-lots)
