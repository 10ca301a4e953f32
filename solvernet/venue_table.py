"""Slippage and failed orders by kind of venue: which kinds give way when chains are crowded, and at what price."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from intents.assets import ETH, ETH_UNIT, OPTION_UNIT
from intents.boundary import Boundary
from solvernet.venue_record import OrderEnd, VenueOrder, order_ends

TAIL: float = 0.95
"""Quantile that stands for the bad cases."""


class VenueLine(Boundary):
    """Orders of awarded fills at venues of one kind on one chain; basis points are of the notional."""

    kind: str
    chain: str
    """Name of the chain in the scenario."""

    orders: int
    quantity: float
    """Options, or ether, over all orders."""

    slippage_bps_mean: float | None
    """Executed less quoted, over the orders that were executed; positive is worse for the taker."""

    slippage_bps_p95: float | None
    cost_bps_mean: float | None
    """Executed less fair value: what spread, fees and price impact cost the taker."""

    failed: int
    by_cause: dict[str, int]
    """Failed orders by cause; an order that failed with another of its fill is counted as that."""


def venue_table(
    orders: Sequence[VenueOrder], causes: Mapping[str, str], chains: Mapping[str, str]
) -> tuple[VenueLine, ...]:
    """Return one line for each kind and chain that an order was awarded at, sorted.

    Args:
        orders: Orders of awarded fills.
        causes: Cause of each failed fill.
        chains: Name of each chain, by CAIP-2 id.
    """
    groups: dict[tuple[str, str], list[OrderEnd]] = {}
    for end in order_ends(orders, causes):
        groups.setdefault((end.order.kind, chains[end.order.chain]), []).append(end)
    return tuple(_line(kind, chain, groups[kind, chain]) for kind, chain in sorted(groups))


def _line(kind: str, chain: str, ends: Sequence[OrderEnd]) -> VenueLine:
    slippage = sorted(bps for end in ends if (bps := end.order.slippage_bps) is not None)
    costs = [bps for end in ends if (bps := end.order.cost_bps) is not None]
    failures = Counter(end.cause for end in ends if end.cause is not None)
    return VenueLine(
        kind=kind,
        chain=chain,
        orders=len(ends),
        quantity=sum(_amount(end.order) for end in ends),
        slippage_bps_mean=math.fsum(slippage) / len(slippage) if slippage else None,
        slippage_bps_p95=slippage[math.ceil(TAIL * len(slippage)) - 1] if slippage else None,
        cost_bps_mean=math.fsum(costs) / len(costs) if costs else None,
        failed=sum(failures.values()),
        by_cause=dict(sorted(failures.items(), key=lambda pair: (-pair[1], pair[0]))),
    )


def _amount(order: VenueOrder) -> float:
    return order.order.quantity / (ETH_UNIT if order.order.instrument == ETH else OPTION_UNIT)
