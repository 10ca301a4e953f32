"""Named families of rounds of any size, after published generators of combinatorial auctions; written anew.

`arbitrary`, `regions` and `paths` follow the Combinatorial Auction Test Suite (Leyton-Brown, Pearson, Shoham 2000):
bidders grow a bundle good by good towards related goods, and add substitutes of like value; or they buy ways through a
random graph. In `synergy` solvers fill directed pairs, and batches gain a little on every pair they take together.
"""

import itertools
from collections.abc import Iterator
from typing import Final

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from auction.winner_determination.offer import Limits, Offer
from venues.seeds import Generator, generator

Floats = NDArray[np.float64]

SUBSTITUTES: Final = 5
"""Bundles that a bidder may add to its first."""

DEVIATION: Final = 0.5
"""Private values differ from the common ones by up to this share of their range."""

MORE_GOODS: Final = {"arbitrary": 0.7, "arbitrary-large": 0.9, "regions": 0.9}
"""Chance that a bundle grows by one more good."""

Bundle = tuple[str, tuple[int, ...], float]
"""Bidder, items, value."""


def family(name: str, *, offers: int, items: int, seed: int) -> tuple[list[Offer], Limits]:
    """Return a round of a family: every item is there once."""
    draw = generator(seed, "family", name)
    if name == "synergy":
        bundles: Iterator[Bundle] = _synergy(draw, items)
    elif name == "paths":
        bundles = _paths(draw, items)
    else:
        relation = _regions(draw, items) if name == "regions" else _arbitrary(draw, items)
        bundles = _bundles(draw, relation, MORE_GOODS[name])
    taken = itertools.islice(bundles, offers)
    found = [
        Offer(
            id=f"{i:05}",
            solver=solver,
            score=max(1, int(value * 1000)),
            volume=len(goods),
            takes={f"item {good}": 1 for good in goods},
        )
        for i, (solver, goods, value) in enumerate(taken)
    ]
    return found, Limits(capacity={name: 1 for offer in found for name in offer.takes})


def _arbitrary(draw: Generator, goods: int) -> Floats:
    raw = np.abs(draw.normal(0, 1, (goods, goods)))
    relation = (raw + raw.T) / 2
    np.fill_diagonal(relation, 0)
    return np.asarray(relation)


def _regions(draw: Generator, goods: int) -> Floats:
    """Return which goods are neighbours on a grid; a fifth of the diagonals count too."""
    width = round(goods**0.5)
    relation = np.zeros((goods, goods))
    for good in range(goods):
        x, y = good % width, good // width
        for dx, dy in ((1, 0), (0, 1), (1, 1), (-1, 1)):
            other = (y + dy) * width + x + dx
            inside = 0 <= x + dx < width and other < goods
            if inside and (dx * dy == 0 or draw.random() < 0.2):
                relation[good, other] = relation[other, good] = 1
    return relation


def _bundles(draw: Generator, relation: Floats, more: float) -> Iterator[Bundle]:
    goods = len(relation)
    common = draw.uniform(1, 100, goods)
    for bidder in itertools.count():
        wish = draw.uniform(0, 1, goods)
        private = common + 100 * DEVIATION * (wish - 0.5)

        def value(bundle: tuple[int, ...], private: Floats = private) -> float:
            return float(private[list(bundle)].sum() + len(bundle) ** 1.2)

        first = _grown(draw, relation, wish, int(draw.choice(goods, p=wish / wish.sum())), more)
        if value(first) <= 0:
            continue
        others = {_grown(draw, relation, wish, good, more) for good in first} - {first}
        worth = [
            (value(other), other)
            for other in others
            if 0 < value(other) <= 1.5 * value(first) and common[list(other)].sum() >= 0.5 * common[list(first)].sum()
        ]
        for amount, bundle in [(value(first), first), *sorted(worth, reverse=True)[:SUBSTITUTES]]:
            yield f"b{bidder}", bundle, amount


def _grown(draw: Generator, relation: Floats, wish: Floats, first: int, more: float) -> tuple[int, ...]:
    bundle = [first]
    while draw.random() < more:
        pull = relation[:, bundle].sum(axis=1) * wish
        pull[bundle] = 0
        if pull.sum() <= 0:
            break
        bundle.append(int(draw.choice(len(pull), p=pull / pull.sum())))
    return tuple(sorted(bundle))


def _paths(draw: Generator, cities: int) -> Iterator[Bundle]:
    """Yield ways between two cities of a random plane: the shortest, and longer ones while they are worth it."""
    places = draw.uniform(0, 1, (cities, 2))
    away = np.linalg.norm(places[:, None] - places[None], axis=2)
    graph = nx.Graph()
    for city in range(cities):
        for other in np.argsort(away[city])[1:4]:
            graph.add_edge(city, int(other), length=float(away[city, other]))
    number = {edge: i for i, edge in enumerate(sorted(tuple(sorted(edge)) for edge in graph.edges))}
    for bidder in itertools.count():
        start, end = (int(c) for c in draw.choice(cities, 2, replace=False))
        if not nx.has_path(graph, start, end):
            continue
        ways = itertools.islice(nx.shortest_simple_paths(graph, start, end, weight="length"), SUBSTITUTES)
        worth = nx.shortest_path_length(graph, start, end, weight="length") * draw.uniform(1, 1.5)
        for way in ways:
            legs = [tuple(sorted(leg)) for leg in itertools.pairwise(way)]
            cost = sum(graph.edges[leg]["length"] for leg in legs)
            if cost < worth:
                yield f"b{bidder}", tuple(sorted(number[leg] for leg in legs)), 1000 * (worth - cost)


def _synergy(draw: Generator, pairs: int, solvers: int = 25) -> Iterator[Bundle]:
    """Yield one offer for each pair, and then batches, whose pairs gain up to a tenth for each further one."""
    base = draw.lognormal(4, 1, pairs)
    for number in itertools.count():
        size = 1 if number < pairs else int(min(draw.geometric(0.45), 6))
        goods = [number] if number < pairs else sorted(draw.choice(pairs, size, replace=False).tolist())
        gain = 1 + 0.1 * (size - 1) * draw.random()
        yield (
            f"s{int(draw.integers(solvers))}",
            tuple(goods),
            float((base[goods] * draw.uniform(0.7, 1, size)).sum() * gain),
        )
