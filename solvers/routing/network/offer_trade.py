"""Best fills of linear offers: all of an offer that pays, none of one that does not, anything in between at its price.

Prices alone do not tell the fill at the kink. A proximal term around earlier fills does: it rounds the kink, and its
minima lead to fills that balance exactly, after finitely many moves, however wide the rounding is ([Rockafellar], the
method of multipliers seen from the prices).

[Rockafellar]: https://doi.org/10.1287/moor.1.2.97
"""

from typing import NamedTuple

from solvers.routing.network.compiled import Floats, compiled
from solvers.routing.network.markets import Offers


class Anchor(NamedTuple):
    """What fills are drawn to."""

    fills: Floats
    """Share of each offer that was filled, from zero to one."""

    price: Floats
    """Prices of the tokens then, which scale the pull."""

    sharpness: float
    """Fill gained for a relative profit of one; zero asks for exact fills."""


@compiled
def fill(offers: Offers, i: int, price: Floats, anchor: Anchor) -> float:
    """Return the share of an offer that is best at these prices."""
    margin = offers.rate[i] * price[offers.received[i]] - price[offers.tendered[i]]
    if anchor.sharpness == 0.0:
        return 1.0 if margin > 0.0 else 0.0
    moved = anchor.fills[i] + anchor.sharpness * margin / anchor.price[offers.tendered[i]]
    return float(min(max(moved, 0.0), 1.0))


@compiled
def add_offers(offers: Offers, price: Floats, anchor: Anchor, flow: Floats, curvature: Floats) -> tuple[float, float]:
    """Add net trades and curvature, as `add_pools` does; return value, less the proximal term, and value tendered."""
    value, tendered = 0.0, 0.0
    for i in range(len(offers.rate)):
        give, take = offers.tendered[i], offers.received[i]
        share = fill(offers, i, price, anchor)
        amount = share * offers.size[i]
        if amount > 0.0:
            flow[give] -= amount
            flow[take] += amount * offers.rate[i]
            tendered += amount * price[give]
            value += amount * (offers.rate[i] * price[take] - price[give])
        if anchor.sharpness == 0.0:
            continue
        pull = offers.size[i] * anchor.price[give] / anchor.sharpness
        value -= 0.5 * pull * (share - anchor.fills[i]) ** 2
        if curvature.shape[0] > 0 and 0.0 < share < 1.0:
            out, back = price[give], offers.rate[i] * price[take]
            weight = offers.size[i] * offers.size[i] / pull
            curvature[give, give] += weight * out * out
            curvature[take, take] += weight * back * back
            curvature[max(give, take), min(give, take)] -= weight * out * back
    return value, tendered


@compiled
def tender_offers(offers: Offers, price: Floats, anchor: Anchor, tender: Floats) -> None:
    """Set what each offer is tendered."""
    for i in range(len(offers.rate)):
        tender[i] = fill(offers, i, price, anchor) * offers.size[i]
