"""Prices of listed series of every style, at one instant of one market."""

import importlib.util

import numpy as np
import pytest

from intents.assets import PRICE_UNIT
from intents.options import parse_expiry
from venues.observed import HOUR_MS, UNOBSERVED, Observed
from venues.pricing import black76
from venues.pricing.listed import prices
from venues.pricing.strip import strip, years_to

pytestmark = pytest.mark.skipif(importlib.util.find_spec("QuantLib") is None, reason="QuantLib is not installed")

EXPIRY = parse_expiry("27MAR20")
NOW = EXPIRY - 30 * HOUR_MS
PLAIN = "ETH-27MAR20-140-P"


def _price(
    symbol: str, spot: float = 140.0, seen: Observed = UNOBSERVED, *, time_ms: int = NOW, vol: float = 1.2
) -> float:
    return float(prices(spot, strip((symbol,)), np.array([vol]), time_ms, seen)[0])


def test_plain_series_beside_exotic_ones_cost_what_they_cost_alone() -> None:
    terms = strip((PLAIN, f"{PLAIN}-D", "ETH-27MAR20-150-C"))

    found = prices(140.0, terms, np.full(3, 1.2), NOW, UNOBSERVED)

    alone = black76.price(140.0, terms.strikes, np.full(3, 1.2), years_to(terms, NOW), terms.calls > 0)
    assert found[[0, 2]].tolist() == alone[[0, 2]].tolist()
    assert found[1] != alone[1]


def test_an_american_option_costs_what_a_european_one_does() -> None:
    assert _price(f"{PLAIN}-A") == _price(PLAIN)


def test_a_digital_option_costs_the_chance_of_its_payout() -> None:
    put, call = _price("ETH-27MAR20-140-P-D"), _price("ETH-27MAR20-140-C-D")

    assert put + call == pytest.approx(100.0)
    assert put > 50.0


def test_in_and_out_make_a_plain_option_before_and_after_the_barrier_is_touched() -> None:
    knocked_in, knocked_out = f"{PLAIN}-DI120", f"{PLAIN}-DO120"
    touched = Observed().with_touch(knocked_in, NOW).with_touch(knocked_out, NOW)

    assert _price(knocked_in) + _price(knocked_out) == pytest.approx(_price(PLAIN), rel=1e-9)
    assert (_price(knocked_in, seen=touched), _price(knocked_out, seen=touched)) == (pytest.approx(_price(PLAIN)), 0.0)
    assert (_price(knocked_in, 119.0), _price(knocked_out, 119.0)) == (pytest.approx(_price(PLAIN, 119.0)), 0.0)


def test_an_option_on_the_mean_moves_less_as_more_of_the_mean_is_known() -> None:
    symbol, late = f"{PLAIN}-M", EXPIRY - HOUR_MS // 2
    seen = UNOBSERVED
    for k in range(1, 24):
        seen = seen.with_fixing(EXPIRY - k * HOUR_MS, 138 * PRICE_UNIT)

    fall = _price(symbol, 130.0, seen, time_ms=late) - _price(symbol, 140.0, seen, time_ms=late)

    assert fall == pytest.approx(10 / 24, rel=1e-2)
    assert _price(symbol, 130.0) - _price(symbol, 140.0) > 4


@pytest.mark.parametrize(("symbol", "pays"), [(f"{PLAIN}-D", 100.0), (f"{PLAIN}-DO120", 10.0), (f"{PLAIN}-DI120", 0.0)])
def test_at_its_expiry_an_option_costs_what_it_pays(symbol: str, pays: float) -> None:
    assert _price(symbol, 130.0, time_ms=EXPIRY) == pays
