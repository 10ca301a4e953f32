"""StableSwap against Curve's tests and simulation."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.markets.math.curve_stableswap import (
    AMP_UNIT,
    FEE_UNIT,
    RATE_UNIT,
    Terms,
    balance,
    dynamic_fee,
    exchange,
    invariant,
    output,
)
from venues.markets.math.stable_slope import Slope

CARRIED = Path(__file__).parents[3] / "vectors/markets/curve_ng_get_dy.json"
SHARED = Path(__file__).parents[4] / "../shared/vectors/markets/curve_stableswap.json"
ROWS = json.loads(SHARED.read_text()) if SHARED.exists() else {}
NG_ROWS = json.loads(CARRIED.read_text())["ng_get_dy"]
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="the folder shared/ with the Curve vectors is not here")

TOLERANCE = 2
"""Units by which upstream's simulation, which keeps A without decimals, may differ."""


def test_the_invariant_that_upstream_asserts() -> None:
    """curvefi/stableswap-ng, commit 2abe778f, tests/token/test_get_D.py:59."""
    assert invariant([10**23, 10**18], 1000) == 9010395375710532394006


def test_a_balanced_exchange_without_fee_of_the_simulation() -> None:
    """A case of curvefi/curve-contract, commit 574f4402, tests/simulation.py: A = 100, a million of each, one in."""
    million, one = 10**24, 10**18
    level = invariant([million, million], 100 * AMP_UNIT)

    left = balance([million + one, million], 1, 100 * AMP_UNIT, level)

    assert level == 2 * million
    assert abs(left - 999999000000009900990000) <= TOLERANCE


@needs_shared
@pytest.mark.parametrize("ng", [True, False])
@pytest.mark.parametrize("row", ROWS.get("simulation", []))
def test_exchanges_without_fee_are_those_of_the_simulation(row: dict[str, Any], ng: bool) -> None:
    amp = row["A"] * AMP_UNIT
    xp = [int(b) * int(r) // RATE_UNIT for b, r in zip(row["balances"], row["rates"], strict=True)]
    level = invariant(xp, amp, ng=ng)
    after = [*xp]
    after[row["i"]] += int(row["dx_xp"])

    left = balance(after, row["j"], amp, level)

    assert abs(level - int(row["sim_D"])) <= TOLERANCE
    assert abs(left - int(row["sim_y"])) <= TOLERANCE
    assert abs(xp[row["j"]] - left - 1 - int(row["sim_dy_no_fee"])) <= TOLERANCE


@pytest.mark.parametrize("row", NG_ROWS)
def test_exchanges_with_the_dynamic_fee_are_as_they_were(row: dict[str, Any]) -> None:
    terms = Terms(amp=row["A"] * AMP_UNIT, fee=row["fee"], offpeg=row["offpeg_fee_multiplier"])
    balances, rates = [int(b) for b in row["balances"]], [int(r) for r in row["rates"]]

    assert exchange(balances, rates, (row["i"], row["j"], int(row["dx"])), terms) == int(row["get_dy"])


@needs_shared
def test_the_rows_carried_over_are_those_of_the_vectors() -> None:
    assert ROWS["ng_get_dy_regression"] == NG_ROWS
    assert len(ROWS["get_D"]) + len(ROWS["simulation"]) + len(NG_ROWS) == 26


def test_the_fee_is_plain_in_balance_and_a_multiple_of_it_far_away() -> None:
    terms = Terms(amp=AMP_UNIT, fee=10**6, offpeg=5 * FEE_UNIT)

    assert dynamic_fee(10**24, 10**24, terms) == 10**6
    assert dynamic_fee(10**24, 10**12, terms) == pytest.approx(5 * 10**6, rel=1e-6)


@given(st.integers(10**22, 10**25), st.integers(10**22, 10**25), st.integers(1, 999), st.integers(10, 5000))
def test_the_invariant_never_shrinks_in_an_exchange(one: int, other: int, part: int, factor: int) -> None:
    terms = Terms(amp=factor * AMP_UNIT, fee=4 * 10**6, offpeg=2 * FEE_UNIT)
    amount = one * part // 1000
    net, _ = output([one, other], 0, 1, amount, terms)

    before, after = (invariant(xp, terms.amp) for xp in ([one, other], [one + amount, other - net]))

    assert after >= before - 2


@given(st.integers(1, 999), st.integers(10, 2000), st.sampled_from([1, 2, 5]))
def test_the_slope_in_floats_is_the_exact_exchange(part: int, factor: int, offpeg: int) -> None:
    xp = [3 * 10**24, 2 * 10**24, 10**24]
    terms = Terms(amp=factor * AMP_UNIT, fee=4 * 10**6, offpeg=offpeg * FEE_UNIT)
    amount, step = xp[0] * part // 1000, 10**18
    slope = Slope(xp, 0, 2, terms)

    here, there = (output(xp, 0, 2, amount + d, terms)[0] for d in (0, step))

    assert slope.net(float(amount)) == pytest.approx(here, rel=1.1e-10)  # the exact fee is cut to ten digits
    assert slope.gain(float(amount)) == pytest.approx((there - here) / step, abs=3e-4)  # a digit of the fee
