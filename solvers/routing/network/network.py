"""The routing problem over tokens and markets, and what is wanted of it.

Maximise `utility . psi` over net trades `psi` that the markets allow together, with `psi + stock >= 0`: nothing is
handed over that is not in stock or received on the way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from solvers.routing.network.compiled import Floats
from solvers.routing.network.errors import MalformedAimError, MalformedNetworkError
from solvers.routing.network.markets import (
    Baskets,
    Offers,
    Pairs,
    Stables,
    check,
    no_baskets,
    no_offers,
    no_pairs,
    no_stables,
)


class Families(NamedTuple):
    """All markets, as compiled code takes them."""

    pairs: Pairs
    baskets: Baskets
    stables: Stables
    offers: Offers


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Tokens, numbered from zero, and the markets between them."""

    tokens: int
    pairs: Pairs = field(default_factory=no_pairs)
    baskets: Baskets = field(default_factory=no_baskets)
    stables: Stables = field(default_factory=no_stables)
    offers: Offers = field(default_factory=no_offers)

    def __post_init__(self) -> None:
        if self.tokens < 1:
            raise MalformedNetworkError("network", "tokens", "at least one")
        for family in self.families:
            check(family, self.tokens)

    @property
    def families(self) -> Families:
        """All markets, as compiled code takes them."""
        return Families(self.pairs, self.baskets, self.stables, self.offers)

    @property
    def markets(self) -> int:
        """How many markets there are; each offer counts."""
        return len(self.pairs.gamma) + len(self.baskets.gamma) + len(self.stables.gamma) + len(self.offers.rate)


@dataclass(frozen=True, slots=True)
class Aim:
    """What a route is for: the value of a net trade, and the stock it may draw on."""

    utility: Floats
    """Value of one unit of each token, at least zero, of some token above zero."""

    stock: Floats
    """Most of each token that may be handed over, at least zero; infinite for the token the value is counted in."""

    def __post_init__(self) -> None:
        if self.utility.shape != self.stock.shape or self.utility.ndim != 1:
            raise MalformedAimError("a utility and a stock for each token")
        if not bool(np.all(np.isfinite(self.utility) & (self.utility >= 0))) or not self.utility.any():
            raise MalformedAimError("finite utilities of at least zero, one of them above")
        if bool(np.any(np.isnan(self.stock) | (self.stock < 0) | (np.isinf(self.stock) & (self.utility == 0)))):
            raise MalformedAimError("stocks of at least zero, unbounded only where there is utility")


def swap(tokens: int, sold: int, amount: float, bought: int) -> Aim:
    """Return the aim to sell an amount of one token for as much as possible of another."""
    return liquidation(tokens, [(sold, amount)], bought)


def limit_swap(tokens: int, sold: int, amount: float, bought: int, limit: float) -> Aim:
    """Return the aim to sell up to an amount, keeping what brings less than `limit` bought for each sold."""
    aim = swap(tokens, sold, amount, bought)
    utility = aim.utility.copy()
    utility[sold] = limit
    return Aim(utility, aim.stock)


def liquidation(tokens: int, basket: Sequence[tuple[int, float]], into: int) -> Aim:
    """Return the aim to turn a basket of `(token, amount)` into as much as possible of one token."""
    utility, stock = np.zeros(tokens), np.zeros(tokens)
    utility[into] = 1.0
    for token, amount in basket:
        stock[token] += amount
    stock[into] = np.inf
    return Aim(utility, stock)


def arbitrage(prices: Floats) -> Aim:
    """Return the aim to make the most of differences between markets, at outside prices, with no stock."""
    return Aim(np.asarray(prices, dtype=np.float64), np.zeros(len(prices)))
