import math

import numpy as np
import pytest

from solvers.routing.network.compiled import Floats
from solvers.routing.network.markets import Pairs
from solvers.routing.network.pair_trade import pair_output
from solvers.routing.network.pools import MOST_KINDS, MOST_WEIGHTS, add_pools, prepare, tender_pools
from venues.seeds import generator

TOKENS, COUNT = 5, 200
USUAL = [0.2, 0.5, 0.8]


def pools_of(weights: list[float], fees: list[float]) -> tuple[Pairs, Floats]:
    chance = generator(len(weights), "pools", len(fees))
    first = chance.integers(0, TOKENS, COUNT)
    second = (first + chance.integers(1, TOKENS, COUNT)) % TOKENS
    held = np.exp(chance.normal(3, 2, (2, COUNT)))
    kinds = (chance.choice(weights, COUNT), chance.choice(fees, COUNT))
    return Pairs(first, second, held[0].copy(), held[1].copy(), *kinds), np.exp(chance.normal(0, 1, TOKENS))


def best_trade(pairs: Pairs, i: int, price: Floats) -> tuple[float, float]:
    """Return the net trade of one pool by the closed form, with a power of its own."""
    weight, gamma = pairs.weight_first[i], pairs.gamma[i]
    held, other = pairs.reserve_first[i], pairs.reserve_second[i]
    outside, spot = price[pairs.first[i]] / price[pairs.second[i]], weight * other / ((1 - weight) * held)
    if outside < gamma * spot:
        ratio, fee_first, fee_second = outside / (gamma * spot), gamma, 1.0
    elif outside > spot / gamma:
        ratio, fee_first, fee_second = gamma * outside / spot, 1.0, gamma
    else:
        return 0.0, 0.0
    return held * (1 - ratio ** (weight - 1)) / fee_first, other * (1 - ratio**weight) / fee_second


MANY = [0.01 * share for share in range(5, 96)]
FEES = [1.0 - 1e-4 * share for share in range(100)]


@pytest.mark.parametrize(
    ("weights", "fees"),
    [(USUAL, [1.0, 0.997]), (MANY, [0.997]), (USUAL, FEES), (MANY, FEES)],
    ids=["few kinds", "more weights than powers are kept of", "more kinds than are shared", "each pool another"],
)
def test_prepared_pools_trade_by_the_closed_form(weights: list[float], fees: list[float]) -> None:
    pairs, price = pools_of(weights, fees)
    flow, expected, tender = np.zeros(TOKENS), np.zeros(TOKENS), np.empty(COUNT)

    value, _ = add_pools(prepare(pairs), price, flow, np.empty((0, 0)))
    tender_pools(prepare(pairs), price, tender)

    for i in range(COUNT):
        one, two = best_trade(pairs, i, price)
        expected[pairs.first[i]] += one
        expected[pairs.second[i]] += two
        assert tender[i] == pytest.approx(-one if one < 0 else two, rel=1e-9, abs=1e-9)
    assert flow == pytest.approx(expected, rel=1e-10)
    assert value == pytest.approx(float(price @ expected), rel=1e-10)


def test_the_pools_drawn_here_are_of_more_kinds_and_weights_than_tables_hold() -> None:
    pairs, _ = pools_of(MANY, FEES)

    assert len(np.unique(pairs.weight_first)) > MOST_WEIGHTS
    assert len(prepare(pairs).kinds) == COUNT > MOST_KINDS
    assert len(prepare(pools_of(USUAL, [1.0, 0.997])[0]).kinds) <= 2 * len(USUAL)


@pytest.mark.parametrize("weight", [*USUAL, 0.3])
@pytest.mark.parametrize("share", [1e-14, 1e-6, 0.1, 50.0])
def test_pools_pay_to_the_last_digits_whatever_the_size(weight: float, share: float) -> None:
    pool = Pairs(np.array([0]), np.array([1]), *(np.array([x]) for x in (7.0, 3.0, weight, 0.99)))

    for sign, held, paying, power in (
        (1, 7.0, 3.0, weight / (1 - weight)),
        (-1, 3.0, 7.0, (1 - weight) / weight),
    ):
        paid = pair_output(pool, 0, sign * share * held / 0.99)
        assert paid == pytest.approx(-paying * math.expm1(-power * math.log1p(share)), rel=1e-14)
