import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auction.bonds import QUANTILE_95, Bonds, bond, quantile_bond, slash
from intents.assets import ETH, PRICE_UNIT, USDC_UNIT
from tests.auction.stage import CALL, PUT
from tests.solvers.small_market import NOW_MS, YEAR_MS, options
from venues.price_path import PricePath
from venues.pricing import black76
from venues.pricing.black76 import Floats
from venues.pricing.smile import FLAT, Smile
from venues.pricing.strip import strip, years_to
from venues.seeds import generator
from venues.truth import StepPath, Truth

SPOT = 130 * PRICE_UNIT
HOUR_MS = 3_600_000


def test_a_bond_on_ether_is_its_move_at_the_quantile() -> None:
    move = QUANTILE_95 * 0.9 * math.sqrt(HOUR_MS / YEAR_MS)

    amount = bond({ETH: options(10)}, SPOT, 0.9, NOW_MS, HOUR_MS)

    assert amount == math.ceil(10 * 130 * (math.exp(move) - 1) * USDC_UNIT)


def test_a_bond_on_a_put_is_what_a_fall_makes_it_worth() -> None:
    expiry_ms = 1_585_296_000_000
    years = (expiry_ms - NOW_MS) / YEAR_MS
    fallen = 130 * math.exp(-QUANTILE_95 * 0.9 * math.sqrt(HOUR_MS / YEAR_MS))
    here, there = (float(black76.price(spot, 120.0, 0.9, years, False)) for spot in (130.0, fallen))

    amount = bond({PUT: options(1)}, SPOT, 0.9, NOW_MS, HOUR_MS)

    assert amount == pytest.approx((there - here) * USDC_UNIT, abs=2)


legs = st.dictionaries(st.sampled_from([PUT, CALL, ETH]), st.integers(1, 10**20), min_size=1)
vols, times = st.floats(0.2, 4.0), st.integers(1000, 10**8)


@settings(deadline=None)
@given(legs, vols, times)
def test_a_bond_is_never_negative_and_grows_with_time(held: dict[str, int], vol: float, duration_ms: int) -> None:
    if len(held) > 1:
        held = dict([next(iter(held.items()))])

    short, long = (bond(held, SPOT, vol, NOW_MS, duration_ms * factor) for factor in (1, 4))

    assert 0 <= short <= long


@settings(deadline=None)
@given(legs, vols, times)
def test_both_sides_of_a_package_have_the_same_bond(held: dict[str, int], vol: float, duration_ms: int) -> None:
    opposite = {name: -quantity for name, quantity in held.items()}

    assert bond(held, SPOT, vol, NOW_MS, duration_ms) == bond(opposite, SPOT, vol, NOW_MS, duration_ms)


@settings(deadline=None)
@given(legs, vols, times, st.integers(2, 9))
def test_a_bond_is_in_proportion_to_the_quantity(
    held: dict[str, int], vol: float, duration_ms: int, factor: int
) -> None:
    many = {name: quantity * factor for name, quantity in held.items()}

    once, often = (bond(package, SPOT, vol, NOW_MS, duration_ms) for package in (held, many))

    assert factor * (once - 1) <= often <= factor * once + 1


def test_the_order_of_the_legs_does_not_matter() -> None:
    held = {PUT: options(1), CALL: options(2), ETH: options(3)}

    assert len({bond(dict(order), SPOT, 0.9, NOW_MS, HOUR_MS) for order in (held.items(), reversed(held.items()))}) == 1


@pytest.mark.parametrize(
    ("staked", "but_for", "taken"), [(1000, True, 1000), (1000, False, 250), (3, False, 0), (0, True, 0)]
)
def test_a_slash_takes_all_where_the_breach_made_the_difference_and_a_quarter_elsewhere(
    staked: int, but_for: bool, taken: int
) -> None:
    assert slash(staked, but_for=but_for) == taken


STRADDLE = {PUT: options(1), CALL: options(1)}
BUTTERFLY = {PUT: options(-2), CALL: options(1), ETH: options(1)}


def smiling(vol: float) -> Truth:
    path = PricePath(start_ms=NOW_MS, step_ms=10**9, bars=(SPOT, SPOT), vols=(0.0,), seed=("flat",))
    return Truth(path, StepPath(NOW_MS, 10**9, (vol,)), Smile(0.6, 0.5, -0.4, 0.1, 0.5))


@pytest.mark.parametrize("held", [{PUT: options(3)}, {ETH: options(-2)}, STRADDLE, BUTTERFLY], ids=str)
@pytest.mark.parametrize("hours", [0.1, 6])
def test_the_bond_is_what_a_simulation_finds_for_the_quantile_of_the_change(held: dict[str, int], hours: float) -> None:
    truth, until_ms = smiling(0.9), NOW_MS + int(hours * HOUR_MS)
    deviation = 0.9 * math.sqrt(hours * HOUR_MS / YEAR_MS)
    spots = 130 * np.exp(generator("moves").standard_normal(200_000) * deviation - deviation**2 / 2)
    changes = np.abs(worth(held, truth, spots, until_ms) - worth(held, truth, np.array([130.0]), NOW_MS))

    amount = quantile_bond(held, truth, NOW_MS, until_ms)

    assert amount / USDC_UNIT == pytest.approx(float(np.quantile(changes, 0.95)), rel=0.01)


def worth(held: dict[str, int], truth: Truth, spots: Floats, at_ms: int) -> Floats:
    """Return the value of a package at many prices, worked out apart from the bond."""
    total = held.get(ETH, 0) / 10**18 * spots
    for name in (name for name in held if name != ETH):
        terms = strip((name,))
        years = float(years_to(terms, at_ms)[0])
        deviation = 0.9 * math.sqrt(years)
        vols = 0.9 * np.sqrt(truth.smile.variance_ratio(np.log(terms.strikes[0] / spots) / deviation))  # type: ignore[union-attr]
        prices = black76.price(spots, terms.strikes[0], vols, years, bool(terms.calls[0]))
        total = total + prices * held[name] / 10**18
    return np.asarray(total)


def test_the_two_rules_agree_on_what_only_falls_with_the_price() -> None:
    truth = Truth(smiling(0.9).path, smiling(0.9).level, FLAT)

    ends, quantile = (
        Bonds("eip155:1", rule).amount({ETH: options(10)}, truth, NOW_MS, NOW_MS + HOUR_MS)
        for rule in ("ends", "quantile")
    )

    assert quantile == pytest.approx(ends, rel=0.01)


def test_the_ends_ask_too_little_for_a_package_that_gains_in_the_middle() -> None:
    truth, until_ms = smiling(0.9), NOW_MS + 30 * 24 * HOUR_MS // 4

    ends, quantile = (
        Bonds("eip155:1", rule).amount(BUTTERFLY, truth, NOW_MS, until_ms) for rule in ("ends", "quantile")
    )

    assert ends != pytest.approx(quantile, rel=0.05)
