import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from risk.spot_vol import SpotVolRules, factors
from solvernet import market_data
from solvernet.build import truth_of
from solvernet.scenario import parse_scenario, scenario_text
from venues.pricing import black76
from venues.pricing.smile import Smile
from venues.pricing.svi import Surface

STEP_MS = 300_000
HOUR = 12
RULES = SpotVolRules(
    elasticity_down=1.5,
    elasticity_up=0.5,
    anchor_half_life_ms=6 * 3_600_000,
    crash=0.1,
    window_ms=3_600_000,
    jump=0.2,
    jump_half_life_ms=2 * 3_600_000,
    most=2.5,
)
NEVER = 10.0
"""A fall that does not happen."""


def calm(**changes: float) -> SpotVolRules:
    return SpotVolRules(**({f: getattr(RULES, f) for f in RULES.__slots__} | {"crash": NEVER} | changes))  # type: ignore[arg-type]


def test_a_price_that_stands_still_leaves_the_level_alone() -> None:
    assert factors([150.0] * 50, STEP_MS, RULES).tolist() == [1.0] * 50


def test_a_fall_raises_the_level_by_the_elasticity() -> None:
    """By hand: the anchor takes 1 - 0.5 ** (1 / 72) of the step."""
    kept = 0.5 ** (1 / 72)

    found = factors([100.0, 95.0], STEP_MS, calm())

    assert found[1] == pytest.approx((100 / 95) ** (1.5 * kept))


def test_a_rise_lowers_it_by_less() -> None:
    up, down = factors([100.0, 105.0], STEP_MS, calm())[1], factors([105.0, 100.0], STEP_MS, calm())[1]

    assert up < 1 < down
    assert down - 1 > 2 * (1 - up)


def test_what_has_lasted_becomes_normal() -> None:
    found = factors([100.0] + [90.0] * (6 * HOUR), STEP_MS, calm())

    assert np.log(found[-1]) == pytest.approx(1.5 * np.log(100 / 90) / 2, rel=0.01)


def test_a_crash_makes_it_jump_and_the_jump_fades() -> None:
    prices = [100.0, 85.0] + [85.0] * (2 * HOUR)

    crashed, calmly = factors(prices, STEP_MS, RULES), factors(prices, STEP_MS, calm())

    assert crashed[1] / calmly[1] == pytest.approx(1 + 0.2 * 1.5)
    # The price before the fall leaves the window after bar 12; from then on the jump halves every 24 bars.
    assert crashed[25] / calmly[25] == pytest.approx(1 + 0.3 * 0.5 ** (13 / 24), rel=1e-9)


def test_a_slower_fall_of_the_same_size_does_not_jump() -> None:
    slow = np.linspace(100, 85, 3 * HOUR)

    assert factors(slow, STEP_MS, RULES).tolist() == factors(slow, STEP_MS, calm()).tolist()


@given(st.lists(st.floats(20.0, 500.0), min_size=2, max_size=30), st.integers(1, 29))
def test_only_the_past_is_looked_at_and_the_factor_keeps_its_bounds(prices: list[float], cut: int) -> None:
    whole, part = factors(prices, STEP_MS, RULES), factors(prices[:cut], STEP_MS, RULES)

    assert whole[: len(part)].tolist() == part.tolist()
    assert ((whole >= 1 / 2.5) & (whole <= 2.5)).all()


@pytest.mark.parametrize("smile", [market_data.smile(), market_data.svi()], ids=["shape", "svi"])
@settings(max_examples=15, deadline=None)
@given(factor=st.floats(1 / 2.5, 2.5), level=st.floats(0.6, 1.6))
def test_a_moved_surface_has_no_static_arbitrage(smile: Smile | Surface, factor: float, level: float) -> None:
    """Calls fall with the strike, are convex in it, and rise with life, at every level that the factor leads to."""
    strikes, lives = np.arange(60.0, 400.0, 2.5), np.array([3, 9, 16, 30, 60, 120]) / 365
    vols = [smile.vol(150.0, strikes, np.full(strikes.size, t), np.full(strikes.size, level * factor)) for t in lives]
    calls = np.array([black76.price(150.0, strikes, v, t, True) for v, t in zip(vols, lives, strict=True)])

    slopes = np.diff(calls, axis=1) / 2.5
    assert (slopes <= 1e-9).all()
    assert (slopes >= -1 - 1e-9).all()
    assert (np.diff(slopes, axis=1) >= -1e-9).all()
    assert (np.diff(calls, axis=0) >= -1e-9).all()


def test_a_scenario_that_asks_for_it_sees_volatility_rise_as_the_price_falls() -> None:
    """At 10:45 UTC of 12 March 2020 ether has lost an eighth within a quarter of an hour."""
    moved = parse_scenario(scenario_text("spot-vol-v1"), "spot-vol-v1")
    plain = moved.model_copy(update={"market": moved.market.model_copy(update={"spot_vol": None})})
    crash_ms = 1_584_009_900_000

    with_spot, without = truth_of(moved, 7), truth_of(plain, 7)

    ratios = [with_spot.level.at(t) / without.level.at(t) for t in (crash_ms - 900_000, crash_ms)]
    assert with_spot.price(crash_ms) == without.price(crash_ms)
    assert with_spot.price(crash_ms) < 0.89 * with_spot.price(crash_ms - 900_000)
    assert ratios[1] > ratios[0] + 0.2
    assert with_spot.level.at(crash_ms) <= moved.level.cap
