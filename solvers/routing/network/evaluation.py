"""The dual function: what all markets and the owner would make at given prices if each acted alone.

It is never below the value of any route, whatever the prices, as long as no price is below the utility; its gradient
is the flow that is left over, its curvature the Laplacian of the token graph. Hence only prices are looked for.
"""

from typing import NamedTuple

from solvers.routing.network.basket_trade import add_baskets
from solvers.routing.network.compiled import Floats, compiled
from solvers.routing.network.network import Families
from solvers.routing.network.offer_trade import Anchor, add_offers
from solvers.routing.network.pools import Pools, add_pools
from solvers.routing.network.stable_trade import add_stables


class Question(NamedTuple):
    """Markets and aim, as compiled code takes them."""

    families: Families
    pools: Pools
    """The pairs of the families, prepared."""

    utility: Floats
    stock: Floats
    """Zero for tokens whose price is fixed."""

    fixed: Floats
    """One for tokens whose price stays at their utility, zero for others."""


@compiled
def evaluate(question: Question, anchor: Anchor, price: Floats, flow: Floats, curvature: Floats) -> tuple[float, float]:
    """Return the dual value and the value tendered; set the flow left over and, unless empty, the curvature."""
    value, volume = 0.0, 0.0
    stock, utility = question.stock, question.utility
    for k in range(len(price)):
        flow[k] = stock[k]
        value += (price[k] - utility[k]) * stock[k]
    for k in range(len(curvature)):
        curvature[k, : k + 1] = 0.0
    families = question.families
    gain, tendered = add_pools(question.pools, price, flow, curvature)
    value, volume = value + gain, volume + tendered
    gain, tendered = add_baskets(families.baskets, price, flow, curvature)
    value, volume = value + gain, volume + tendered
    gain, tendered = add_stables(families.stables, price, flow, curvature)
    value, volume = value + gain, volume + tendered
    gain, tendered = add_offers(families.offers, price, anchor, flow, curvature)
    return value + gain, volume + tendered
