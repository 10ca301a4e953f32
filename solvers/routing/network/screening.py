"""What prices alone prove about fixed costs: which markets no best route uses, and how much others can be tendered.

At any prices no route is worth more than what all markets gain, each at its best, less the costs they pay. A route
that uses a market, or tenders it more than suits it, falls short of that by what the market loses. Whatever falls
below a route that is known cannot be part of the best.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from solvers.routing.network.certificate import dual_bound, exact_fills
from solvers.routing.network.compiled import Floats
from solvers.routing.network.network import Aim, Network
from solvers.routing.network.recovery import Trades, arcs_of, best_trades
from solvers.routing.network.tangents import Directions, tangent

HALVINGS = 50
"""Steps of the search for the most a market can be tendered."""

ROOM = 1e-6
"""Share of what is known by which limits are drawn wider, against rounding."""


@dataclass(frozen=True, slots=True)
class Screen:
    """What is proven by prices."""

    bound: float
    """No route is worth more, net of costs."""

    most: Floats
    """Of each direction, the most that a route better than the known one tenders; zero if it uses it not at all."""


def screen(network: Network, aim: Aim, costs: Floats, ways: Directions, known: tuple[Floats, float]) -> Screen:
    """Return what prices prove; `known` are the prices, and the net worth of a route that is known."""
    prices, worth = known
    trades = best_trades(network.families, prices, exact_fills(network))
    gain = gains(network, prices, trades)
    paying = np.maximum(gain - costs, 0.0)
    bound = dual_bound(network, aim, prices) - float(gain.sum()) + float(paying.sum())
    spare = bound - worth - paying + gain - costs + ROOM * abs(worth)
    most = np.zeros(len(ways.market))
    for way, market in enumerate(ways.market):
        if spare[market] >= 0.0:
            most[way] = most_tender(network, ways, way, prices, spare[market] - gain[market])
    return Screen(bound, most)


def gains(network: Network, prices: Floats, trades: Trades) -> Floats:
    """Return what the trade with each market, in the order pairs, stables, offers, gains at some prices."""
    arcs = arcs_of(network.families, trades)
    return prices[arcs.take] * arcs.output - prices[arcs.give] * arcs.amount


def most_tender(network: Network, ways: Directions, way: int, prices: Floats, loss: float) -> float:
    """Return the largest tender that loses no more than this, negative where it has to gain, at some prices."""

    def lost(amount: float) -> float:
        height, slope = tangent(network, ways, way, amount)
        return float(prices[ways.give[way]] * amount - prices[ways.take[way]] * (height + slope * amount)) - loss

    low, high = 0.0, float(ways.most[way])
    if lost(high) <= 0.0:
        return high
    # A convex loss: from its least, wherever that is, it grows for ever.
    for _ in range(HALVINGS):
        middle = float(np.sqrt(max(low, 1e-15 * high) * high))
        _, slope = tangent(network, ways, way, middle)
        rising = prices[ways.give[way]] >= prices[ways.take[way]] * slope
        low, high = (low, middle) if rising and lost(middle) > 0.0 else (middle, high)
    return high


def without(directions: Directions, most: Floats) -> Directions:
    """Return the directions that are left, each with its new limit."""
    left = np.flatnonzero(most > 0.0)
    kept = {name: getattr(directions, name)[left] for name in ("market", "family", "row", "sign", "give", "take")}
    return replace(directions, most=most[left], **kept)


def used(trades: Trades) -> NDArray[np.bool_]:
    """Return whether each market, in the order pairs, stables, offers, is used."""
    return np.asarray(np.concatenate([trades.pairs, trades.stables, trades.offers]) != 0.0)
