from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.options import parse_expiry
from tests.venues.small_world import EXPIRIES, MINUTE_MS, PUT, START_MS, STRIKES, SYMBOLS, truth
from venues.pricing.black76 import MS_PER_YEAR
from venues.pricing.strip import strip, years_to
from venues.truth import StepPath

LEVEL = StepPath(START_MS, MINUTE_MS, (1.0, 2.0, 3.0))
EXPIRY = parse_expiry("27MAR20")
CALLS = [symbol for symbol in SYMBOLS if symbol.endswith("C")]


@pytest.mark.parametrize(
    ("after_ms", "value"),
    [(-(10**9), 1.0), (0, 1.0), (MINUTE_MS - 1, 1.0), (MINUTE_MS, 2.0), (3 * MINUTE_MS - 1, 3.0), (10**9, 3.0)],
)
def test_a_step_is_in_force_from_its_start_to_the_next(after_ms: int, value: float) -> None:
    assert LEVEL.at(START_MS + after_ms) == value


def test_terms_are_those_of_the_symbols_in_their_order() -> None:
    terms = strip(("ETH-27MAR20-140-P", "ETH-13MAR20-120-C"))

    assert terms.strikes.tolist() == [140.0, 120.0]
    assert terms.expiries_ms.tolist() == [EXPIRY, parse_expiry("13MAR20")]
    assert terms.calls.tolist() == [0.0, 1.0]


def test_time_to_expiry_is_in_years_and_not_below_zero() -> None:
    terms = strip((PUT,))

    assert years_to(terms, EXPIRY - MS_PER_YEAR).tolist() == [1.0]
    assert years_to(terms, EXPIRY).tolist() == years_to(terms, EXPIRY + 1).tolist() == [0.0]


def test_the_price_is_that_of_the_path() -> None:
    market = truth(140.0, 130.0)

    assert market.price(START_MS) == 140 * 10**8
    assert market.price(START_MS + 5 * MINUTE_MS) == 130 * 10**8


def test_at_expiry_an_option_is_worth_what_it_pays() -> None:
    fair = truth(130.0).fair([f"ETH-27MAR20-{strike}-P" for strike in STRIKES], EXPIRY)

    assert fair.tolist() == pytest.approx([0.0, 10.0, 30.0], abs=1e-9)


@given(st.floats(90, 200), st.floats(0.3, 4))
def test_call_less_put_is_spot_less_strike(dollars: float, vol: float) -> None:
    """Put-call parity without interest."""
    market = truth(dollars, vol=vol)
    puts = [symbol[:-1] + "P" for symbol in CALLS]

    gaps = market.fair(CALLS, START_MS) - market.fair(puts, START_MS)

    spot = market.price(START_MS) / 10**8
    assert gaps.tolist() == pytest.approx([spot - strike for _ in EXPIRIES for strike in STRIKES], abs=1e-6)


def test_who_saw_the_market_earlier_prices_the_earlier_spot_with_the_time_left_now() -> None:
    moving, still = truth(140.0, 100.0), truth(140.0)
    now_ms = START_MS + 5 * MINUTE_MS

    late = moving.fair([PUT], now_ms, seen_ms=START_MS)

    assert late.tolist() == still.fair([PUT], now_ms).tolist()
    assert late.tolist() != moving.fair([PUT], now_ms).tolist()


def test_who_saw_the_market_earlier_knows_the_earlier_volatility() -> None:
    market = replace(truth(140.0), level=LEVEL)

    _, _, vols = market.vols([PUT], START_MS + 2 * MINUTE_MS, seen_ms=START_MS + MINUTE_MS)

    assert vols.tolist() == pytest.approx([2.0])


def test_a_higher_level_makes_options_dearer() -> None:
    low, high = (truth(140.0, vol=vol).fair(SYMBOLS, START_MS) for vol in (0.8, 0.9))

    assert (high > low).all()
