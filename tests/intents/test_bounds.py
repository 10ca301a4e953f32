from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from intents import builders
from intents.assets import ETH, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.bounds import bounds_gap, measured
from intents.greeks import DELTA_UNIT, YEAR_MS
from intents.intent import LOT
from intents.options import parse_series
from intents.wants import MAX_PRICE, MAX_RISK, Exposure, GreekBound, Holding, LossBound, Mark
from venues.pricing.greeks import greeks

MARCH = "27MAR20"
CALL, PUT, LOW_PUT = (f"ETH-{MARCH}-{strike}" for strike in ("130-C", "130-P", "100-P"))
HALF_YEAR_BEFORE = parse_series(CALL).expiry_ms - YEAR_MS // 2
AT = builders.mark(130, 0.9, HALF_YEAR_BEFORE)


def units(legs: Mapping[str, float]) -> dict[str, int]:
    return {name: round(held * 100) * LOT for name, held in legs.items()}


def flat(**terms: object) -> Exposure:
    """Bring a short call to a delta near zero."""
    usual: dict[str, object] = {"held": {CALL: -1.0}}
    return builders.exposure(MARCH, AT, [builders.delta(-0.05, 0.05)], **(usual | terms))  # type: ignore[arg-type]


def test_a_short_call_is_brought_to_a_delta_of_zero_with_ether() -> None:
    delta = float(greeks(130.0, 130.0, 0.9, 0.5, call=True).delta)

    assert bounds_gap(flat(), {}, OPTION_UNIT) == f"delta is {-delta * DELTA_UNIT:.0f} a unit, bounds -50000 and 50000"
    assert bounds_gap(flat(), units({ETH: delta}), OPTION_UNIT) is None
    assert bounds_gap(flat(), units({ETH: delta + 0.07}), OPTION_UNIT) is not None


def test_bounds_on_a_greek_are_both_included() -> None:
    at = {"expiry": MARCH, "mark": AT, "held": (Holding(instrument=ETH, quantity=OPTION_UNIT // 2),)}
    bounds = [GreekBound(greek="delta", low=low, high=high) for low, high in [(500_000, 500_000), (500_001, 500_001)]]

    gaps = [bounds_gap(Exposure(**at, greeks=(bound,)), {}, OPTION_UNIT) for bound in bounds]

    assert gaps == [None, "delta is 500000 a unit, bounds 500001 and 500001"]


def test_ether_loses_what_it_falls_below_the_mark_and_a_put_stops_the_loss() -> None:
    want = builders.exposure(MARCH, AT, [builders.most_loss(30, 70, 170)], held={ETH: 1})

    assert bounds_gap(want, {}, OPTION_UNIT) == f"at 70 a unit loses {60 * USDC_UNIT}, the bound is {30 * USDC_UNIT}"
    assert bounds_gap(want, units({LOW_PUT: 1}), OPTION_UNIT) is None
    assert bounds_gap(want, units({LOW_PUT: 0.99}), OPTION_UNIT) is not None


def test_a_band_without_upper_end_looks_beyond_the_last_strike() -> None:
    want = builders.exposure(MARCH, AT, [builders.most_loss(500)], held={CALL: -1})
    bounded = builders.exposure(MARCH, AT, [builders.most_loss(500, 0, 600)], held={CALL: -1})

    assert bounds_gap(want, {}, OPTION_UNIT) == "beyond the last strike the portfolio loses without bound"
    assert bounds_gap(bounded, {}, OPTION_UNIT) is None
    assert bounds_gap(want, units({ETH: 1}), OPTION_UNIT) is None


def test_what_is_sold_is_backed_by_what_the_owner_brings_and_by_nothing_it_holds() -> None:
    want = builders.exposure(MARCH, AT, [builders.delta(0, 2)], held={PUT: 1}, collateral=20)

    assert bounds_gap(want, units({PUT: -1}), OPTION_UNIT) is not None
    assert bounds_gap(want, units({PUT: 1, LOW_PUT: -2}), OPTION_UNIT) is not None
    assert bounds_gap(want, units({LOW_PUT: -0.2, ETH: 1}), OPTION_UNIT) is None
    assert "backing" in (bounds_gap(want, units({CALL: -1}), OPTION_UNIT) or "")
    assert bounds_gap(want, units({CALL: -1, ETH: 1}), OPTION_UNIT) is None


@pytest.mark.parametrize(
    "legs", [{"ETH-26JUN20-130-P": LOT}, {"BTC-27MAR20-130-P": LOT}, {"nonsense": LOT}, {ETH: -LOT}, {f"{PUT}-A": LOT}]
)
def test_a_leg_that_is_not_to_be_traded_is_named(legs: dict[str, int]) -> None:
    assert "leg" in (bounds_gap(flat(), legs, OPTION_UNIT) or "")


names = st.sampled_from([CALL, PUT, LOW_PUT, f"ETH-{MARCH}-160-C"])
amounts = st.dictionaries(names, st.integers(-300, 300).map(lambda lots: lots * LOT), max_size=3)
lots = st.integers(1, 500).map(lambda count: count * LOT)


@given(amounts, amounts, lots, lots)
def test_two_fills_that_keep_the_bounds_keep_them_together(
    one: dict[str, int], two: dict[str, int], first: int, second: int
) -> None:
    bounds = [builders.delta(-2, 2), builders.vega(-1, 1), builders.most_loss(150, 50, 250)]
    want = builders.exposure(MARCH, AT, bounds, held={CALL: -0.5, ETH: 0.25}, collateral=400)
    both = {name: one.get(name, 0) + two.get(name, 0) for name in {*one, *two}}

    if bounds_gap(want, one, first) is None and bounds_gap(want, two, second) is None:
        assert bounds_gap(want, both, first + second) is None


@given(amounts, lots, st.integers(50, 250))
def test_no_price_in_a_band_loses_more_than_its_bound(legs: dict[str, int], quantity: int, price: int) -> None:
    want = builders.exposure(MARCH, AT, [builders.most_loss(120, 50, 250)], held={ETH: 0.5}, collateral=10_000)

    if bounds_gap(want, {ETH: 10 * quantity} | legs, quantity) is None:
        options = {name: held for name, held in legs.items() if name != ETH}
        paid = sum(held * parse_series(name).intrinsic(price * PRICE_UNIT) for name, held in options.items())
        ether = 10 * quantity + quantity // 2
        value = (paid + ether * (price - 130) * PRICE_UNIT) / OPTION_UNIT / PRICE_UNIT
        assert value >= -120 * quantity / OPTION_UNIT - 1e-6


def test_measures_are_in_ether_and_dollars_for_each_unit() -> None:
    want = builders.exposure(MARCH, AT, [builders.most_loss(30, 70, 170)], held={ETH: 1})
    put = greeks(130.0, 100.0, 0.9, 0.5, call=False)

    found = measured(want, units({LOW_PUT: 5}), 5 * OPTION_UNIT)

    assert found.delta == pytest.approx(1 + float(put.delta), abs=1e-9)
    assert found.vega == pytest.approx(float(put.vega) / 100, rel=1e-9)
    assert found.losses == (30.0,)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"expiry": "31FEB20"}, "is not an expiry"),
        ({"greeks": ()}, "nothing is bounded"),
        ({"held": (Holding(instrument="ETH-26JUN20-130-C", quantity=1),)}, "same expiry"),
        ({"held": (Holding(instrument=ETH, quantity=1),) * 2}, "occurs twice"),
        ({"greeks": (GreekBound(greek="vega", low=0, high=1),) * 2}, "occurs twice"),
        ({"mark": AT.model_copy(update={"at_ms": parse_series(CALL).expiry_ms})}, "from after the expiry"),
        ({"collateral": MAX_RISK + 1}, "beyond any sense"),
    ],
)
def test_bounds_that_make_no_sense_are_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Exposure.model_validate(dict(flat()) | change)


@pytest.mark.parametrize(
    ("kind", "terms"),
    [
        (Mark, {"price": 0, "vol": 1, "at_ms": 0}),
        (Mark, {"price": 1, "vol": 0, "at_ms": 0}),
        (Mark, {"price": MAX_PRICE + 1, "vol": 1, "at_ms": 0}),
        (Mark, {"price": 1, "vol": 1, "at_ms": -1}),
        (GreekBound, {"greek": "delta", "low": 1, "high": 0}),
        (GreekBound, {"greek": "gamma", "low": 0, "high": 1}),
        (LossBound, {"low": 2, "high": 1, "most": 0}),
        (LossBound, {"low": 0, "high": MAX_PRICE + 1, "most": 0}),
        (Holding, {"instrument": ETH, "quantity": 10**23}),
    ],
)
def test_terms_of_bounds_that_make_no_sense_are_refused(kind: type, terms: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        kind(**terms)
