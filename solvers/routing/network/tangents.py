"""What a market pays for a tender, and by how much more for a little more: a concave curve for each direction.

A tangent lies above its curve. Multiplied by whether the market is open it stays above, and is far tighter where the
program considers a market that is half open ([Frangioni and Gentile], perspective cuts).

[Frangioni and Gentile]: https://doi.org/10.1007/s10107-005-0594-3
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.routing.network.compiled import Floats, Ints, compiled
from solvers.routing.network.errors import UnpricedMarketError
from solvers.routing.network.markets import Pairs, Stables
from solvers.routing.network.network import Network
from solvers.routing.network.pair_trade import pair_output
from solvers.routing.network.stable_trade import invariant, other_balance, price_and_slope, stable_output

OFFER = 2
"""Number of the family of offers."""


@dataclass(frozen=True, slots=True)
class Directions:
    """Each way through each market, pairs first, then stables, then offers."""

    market: Ints
    """Number of the market, counted through the families."""

    family: Ints
    """Zero for pairs, one for stables, two for offers."""

    row: Ints
    """Number within the family."""

    sign: Ints
    """One if the first token is tendered, minus one if the second."""

    give: Ints
    take: Ints
    most: Floats
    """Most that can be of use to tender: all there is of the token elsewhere, or the size of an offer."""


def directions_of(network: Network, stock: Floats) -> Directions:
    """Return all directions; raises `UnpricedMarketError` for pools of several tokens, which have no curve."""
    if len(network.baskets.gamma):
        raise UnpricedMarketError(len(network.baskets.gamma))
    pairs, stables, offers = network.pairs, network.stables, network.offers
    here = _holdings(network) + np.where(np.isfinite(stock), stock, _holdings(network))
    columns: list[list[Any]] = []
    first = 0
    ends = ((pairs.first, pairs.second), (stables.first, stables.second))
    for family, (one, two) in enumerate(ends):
        count = np.arange(len(one))
        for way, give, take in ((1, one, two), (-1, two, one)):
            columns.append([first + count, np.full(len(count), family), count, np.full(len(count), way), give, take])
        first += len(count)
    count, ones = np.arange(len(offers.rate)), np.ones(len(offers.rate), dtype=np.int64)
    columns.append([first + count, OFFER * ones, count, ones, offers.tendered, offers.received])
    market, kind, row, sign, give, take = (np.concatenate(column) for column in zip(*columns, strict=True))
    most = here[give]
    most[kind == OFFER] = offers.size
    return Directions(market, kind, row, sign, give, take, most)


def tangent(network: Network, ways: Directions, way: int, amount: float) -> tuple[float, float]:
    """Return the height at zero and the slope of the tangent of one direction at a tender."""
    family, row, sign = int(ways.family[way]), int(ways.row[way]), float(ways.sign[way])
    if family == 0:
        output, slope = pair_point(network.pairs, row, sign, amount)
    elif family == 1:
        output, slope = stable_point(network.stables, row, sign, amount)
    else:
        slope = float(network.offers.rate[row])
        output = slope * amount
    return output - slope * amount, slope


@compiled
def pair_point(pairs: Pairs, i: int, sign: float, amount: float) -> tuple[float, float]:
    """Return the output of a pool of two tokens, and its derivative."""
    weight, gamma = pairs.weight_first[i], pairs.gamma[i]
    if sign > 0.0:
        power, held, other = weight / (1.0 - weight), pairs.reserve_first[i], pairs.reserve_second[i]
    else:
        power, held, other = (1.0 - weight) / weight, pairs.reserve_second[i], pairs.reserve_first[i]
    left = math.exp(-power * math.log1p(gamma * amount / held))
    return pair_output(pairs, i, sign * amount), other * power * gamma / (held + gamma * amount) * left


@compiled
def stable_point(stables: Stables, i: int, sign: float, amount: float) -> tuple[float, float]:
    """Return the output of a StableSwap pool, and its derivative."""
    rate_first, rate_second, gamma = stables.rate_first[i], stables.rate_second[i], stables.gamma[i]
    x, y = stables.balance_first[i] * rate_first, stables.balance_second[i] * rate_second
    d, a = invariant(stables.amplification[i], x, y), 4.0 * stables.amplification[i]
    if sign > 0.0:
        after = (x + gamma * amount * rate_first) / d
        level, _ = price_and_slope(a, after, other_balance(a, after))
        slope = math.exp(level) * rate_first * gamma / rate_second
    else:
        after = (y + gamma * amount * rate_second) / d
        level, _ = price_and_slope(a, other_balance(a, after), after)
        slope = math.exp(-level) * rate_second * gamma / rate_first
    return stable_output(stables, i, sign * amount), slope


def _holdings(network: Network) -> Floats:
    """Return all that markets hold or can pay of each token."""
    held = np.zeros(network.tokens)
    pairs, stables, offers = network.pairs, network.stables, network.offers
    for tokens, amounts in (
        (pairs.first, pairs.reserve_first),
        (pairs.second, pairs.reserve_second),
        (stables.first, stables.balance_first),
        (stables.second, stables.balance_second),
        (offers.received, offers.size * offers.rate),
    ):
        np.add.at(held, tokens, amounts)
    return held
