"""Instances: published generators, re-drawn, and a mixed set with StableSwap pools and order books.

[ConvexFlows]: https://arxiv.org/abs/2404.00765
[CFMMRouter]: https://arxiv.org/abs/2302.04938
"""

from dataclasses import dataclass

import numpy as np

from solvers.routing.network.compiled import Floats
from solvers.routing.network.markets import Book, Pairs, Stables, offers_of_books
from solvers.routing.network.network import Aim, Network, arbitrage, swap
from venues.seeds import Generator, generator

FEE = 0.997
SPREADS = np.arange(1, 11) * 5e-4
"""Distances of the ten levels of each side of a book from its middle."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A problem with a name."""

    name: str
    network: Network
    aim: Aim


def convex_flows(markets: int, seed: int) -> Instance:
    """Return arbitrage after [ConvexFlows]: half constant product, half 80/20, reserves 100 to 200, n = 2 sqrt m."""
    chance = generator(seed, "convex_flows", markets)
    tokens = round(2 * markets**0.5)
    first, second = ends(chance, tokens, markets)
    reserves = chance.uniform(100, 200, (2, markets))
    weight = np.where(np.arange(markets) % 2, 0.8, 0.5)
    pairs = Pairs(first, second, reserves[0].copy(), reserves[1].copy(), weight, np.full(markets, FEE))
    aim = arbitrage(chance.uniform(0.01, 10, tokens))
    return Instance(f"convex flows, m={markets}", Network(tokens=tokens, pairs=pairs), aim)


def cfmm_router(markets: int, spread: int, seed: int) -> Instance:
    """Return arbitrage as in the scaling benchmark of [CFMMRouter]: constant product, n = `spread` sqrt m."""
    chance = generator(seed, "cfmm_router", markets, spread)
    tokens = round(spread * markets**0.5)
    first, second = ends(chance, tokens, markets)
    reserves = 1000 * (1 - chance.random((2, markets)))
    half = np.full(markets, 0.5)
    pairs = Pairs(first, second, reserves[0].copy(), reserves[1].copy(), half, chance.choice([FEE, 1.0], markets))
    name = f"router scaling, m={markets}, n={tokens}"
    return Instance(name, Network(tokens=tokens, pairs=pairs), arbitrage(1 - chance.random(tokens)))


def mixed(markets: int, seed: int, size: float = 1e5) -> Instance:
    """Return a swap over 40 % constant product, 25 % 80/20, 15 % StableSwap, 20 % books of ten levels a side."""
    chance = generator(seed, "mixed", markets)
    tokens = round(2 * markets**0.5)
    price = np.exp(chance.normal(0, 1, tokens))
    first, second = ends(chance, tokens, markets)
    kind = chance.choice(4, markets, p=[0.4, 0.25, 0.15, 0.2])
    worth, off = chance.uniform(1e5, 1e6, markets), np.exp(chance.normal(0, 0.01, markets))
    plain, stable = kind < 2, np.flatnonzero(kind == 2)
    weight = np.where(kind == 0, 0.5, 0.8)
    held, other = worth * weight / price[first], worth * (1 - weight) / price[second] * off
    pairs = Pairs(first[plain], second[plain], held[plain], other[plain], weight[plain], np.full(plain.sum(), FEE))
    one, two = price[first[stable]], price[second[stable]]
    stables = Stables(
        first[stable],
        second[stable],
        worth[stable] / one * chance.uniform(0.5, 1.5, len(stable)),
        worth[stable] / two,
        one,
        two,
        chance.uniform(20, 200, len(stable)),
        np.full(len(stable), 0.9996),
    )
    books = [
        book(chance, (int(first[i]), int(second[i])), price[first[i]] / price[second[i]] * off[i], worth[i])
        for i in np.flatnonzero(kind == 3)
    ]
    network = Network(tokens=tokens, pairs=pairs, stables=stables, offers=offers_of_books(books))
    return Instance(f"mixed, m={markets}", network, swap(tokens, 0, size / price[0], 1))


def book(chance: Generator, names: tuple[int, int], middle: float, worth: float) -> Book:
    """Return ten levels a side around a middle price, a tenth of the worth deep in all."""
    sizes = chance.uniform(0.5, 1.5, 20) * worth / 100
    bids = list(zip(sizes[:10], middle * (1 - SPREADS), strict=True))
    asks = list(zip(sizes[10:], middle * (1 + SPREADS), strict=True))
    return Book(*names, bids, asks, 0.9995)


def next_block(instance: Instance, seed: int) -> Instance:
    """Return the instance with one market in twenty moved by about a percent, as trades of a block do."""
    chance = generator(seed, "next_block", instance.name)
    pairs = instance.network.pairs
    moved = np.where(chance.random(len(pairs.gamma)) < 0.05, np.exp(chance.normal(0, 0.01, len(pairs.gamma))), 1.0)
    changed = pairs._replace(reserve_first=pairs.reserve_first * moved, reserve_second=pairs.reserve_second / moved)
    network = Network(
        tokens=instance.network.tokens,
        pairs=changed,
        stables=instance.network.stables,
        offers=instance.network.offers,
    )
    return Instance(instance.name, network, instance.aim)


def ends(chance: Generator, tokens: int, markets: int) -> tuple[Floats, Floats]:
    """Return two different tokens for each market."""
    first = chance.integers(0, tokens, markets)
    return first, (first + chance.integers(1, tokens, markets)) % tokens
