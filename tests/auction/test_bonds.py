import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auction.bonds import QUANTILE_95, bond, slash
from intents.assets import ETH, PRICE_UNIT, USDC_UNIT
from tests.auction.stage import CALL, PUT
from tests.solvers.small_market import NOW_MS, YEAR_MS, options
from venues.pricing import black76

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
