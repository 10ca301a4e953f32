"""Random networks and aims: small ones for hypothesis, and a stress set of many sizes named by a seed."""

import numpy as np
from hypothesis import strategies as st

from solvers.routing.network.compiled import Floats
from solvers.routing.network.markets import Baskets, Book, Offers, Pairs, Stables, offers_of_books
from solvers.routing.network.network import Aim, Network, arbitrage, liquidation, swap
from venues.seeds import Generator, generator

GAMMAS = (1.0, 0.9995, 0.997, 0.97)
WEIGHTS = (0.5, 0.8, 0.2, 0.6)


@st.composite
def problems(draw: st.DrawFn) -> tuple[Network, Aim]:
    """Draw a network of up to five tokens and a few markets of every family, and an aim of any kind."""
    chance = generator(draw(st.integers(0, 2**32)), "problem")
    counts = [draw(st.integers(0, 4)) for _ in range(4)]
    network, price = random_network(chance, draw(st.integers(2, 5)), counts)
    kind = draw(st.sampled_from(["swap", "liquidation", "arbitrage"]))
    return network, random_aim(chance, price, kind, 10.0 ** draw(st.integers(0, 6)))


def stress_case(seed: int) -> tuple[Network, Aim]:
    """Return one instance of the stress set: 8 to 300 markets, trades from a trifle to more than all that is there."""
    chance = generator(seed, "stress")
    markets = (8, 20, 60, 150, 300)[seed % 5]
    counts = chance.multinomial(markets, ([0.4, 0.1, 0.2, 0.3], [1.0, 0.0, 0.0, 0.0])[seed % 2]).tolist()
    network, price = random_network(chance, max(round(2 * markets**0.5), 3), counts)
    kind = ("swap", "arbitrage", "liquidation")[seed % 3]
    return network, random_aim(chance, price, kind, 10.0 ** chance.uniform(0, 8))


def random_network(chance: Generator, tokens: int, counts: list[int]) -> tuple[Network, Floats]:
    """Return a network with so many pairs, baskets, stables and books, and the prices it is around."""
    price = np.exp(chance.normal(0, 2, tokens))
    network = Network(
        tokens=tokens,
        pairs=random_pairs(chance, price, counts[0]),
        baskets=random_baskets(chance, price, counts[1]),
        stables=random_stables(chance, price, counts[2]),
        offers=random_offers(chance, price, counts[3]),
    )
    return network, price


def random_pairs(chance: Generator, price: Floats, count: int) -> Pairs:
    first, second = ends(chance, len(price), count)
    worth, weight = 10.0 ** chance.uniform(3, 6, count), chance.choice(WEIGHTS, count)
    held = worth * weight / price[first]
    other = worth * (1 - weight) / price[second] * np.exp(chance.normal(0, 0.02, count))
    return Pairs(first, second, held, other, weight, chance.choice(GAMMAS, count))


def random_baskets(chance: Generator, price: Floats, count: int) -> Baskets:
    size = min(3, len(price))
    tokens = np.concatenate([np.zeros(0, np.int64), *(chance.permutation(len(price))[:size] for _ in range(count))])
    weights = np.tile(np.array([0.5, 0.3, 0.2]) if size > 2 else np.array([0.6, 0.4]), count)
    worth = np.repeat(10.0 ** chance.uniform(3, 6, count), size)
    reserves = worth * weights / price[tokens] * np.exp(chance.normal(0, 0.02, len(tokens)))
    return Baskets(np.arange(count + 1, dtype=np.int64) * size, tokens, reserves, weights, chance.choice(GAMMAS, count))


def random_stables(chance: Generator, price: Floats, count: int) -> Stables:
    first, second = ends(chance, len(price), count)
    worth = 10.0 ** chance.uniform(3, 6, count)
    return Stables(
        first,
        second,
        worth / price[first] * chance.uniform(0.2, 2, count),
        worth / price[second],
        price[first],
        price[second],
        chance.uniform(2, 500, count),
        chance.choice(GAMMAS, count),
    )


def random_offers(chance: Generator, price: Floats, count: int) -> Offers:
    first, second = ends(chance, len(price), count)
    books = []
    for one, two in zip(first.tolist(), second.tolist(), strict=True):
        middle = price[one] / price[two] * np.exp(chance.normal(0, 0.01))
        sizes = 10.0 ** chance.uniform(1, 5, 8) / price[one]
        away = np.arange(1, 5) * 1e-3
        bids, asks = zip(sizes[:4], middle * (1 - away), strict=True), zip(sizes[4:], middle * (1 + away), strict=True)
        books.append(Book(one, two, list(bids), list(asks), 0.999))
    return offers_of_books(books)


def random_aim(chance: Generator, price: Floats, kind: str, size: float) -> Aim:
    tokens = len(price)
    if kind == "swap":
        return swap(tokens, 0, size / price[0], 1)
    if kind == "arbitrage":
        return arbitrage(price * np.exp(chance.normal(0, 0.05, tokens)))
    return liquidation(tokens, [(k, size / price[k]) for k in range(1, tokens)], 0)


def ends(chance: Generator, tokens: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    first = chance.integers(0, tokens, count)
    return first, (first + chance.integers(1, tokens, count)) % tokens
