"""The rule as Deribit documents it: the window begins with a trade, the breaching trade stands, then comes a freeze."""

import pytest

from venues.markets.maker_protection import GREEK_UNIT, Exposure, Protection

RULE = Protection(window_ms=1_000, freeze_ms=5_000, quantity=100, delta=10 * GREEK_UNIT, vega=5 * GREEK_UNIT)
NONE = Exposure(since_ms=0)


def trade(now_ms: int, quantity: int = 0, delta: int = 0, vega: int = 0) -> Exposure:
    return Exposure(since_ms=now_ms, quantity=quantity, delta=delta * GREEK_UNIT, vega=vega * GREEK_UNIT)


def test_trades_within_a_window_add_up() -> None:
    once = NONE.traded(RULE, 10_000, trade(10_000, 60))
    twice = once.traded(RULE, 10_999, trade(10_999, 41))

    assert (once.quantity, once.tripped_ms) == (60, None)
    assert (twice.quantity, twice.tripped_ms) == (101, 10_999)


def test_the_first_trade_after_a_window_begins_another() -> None:
    after = NONE.traded(RULE, 10_000, trade(10_000, 60)).traded(RULE, 11_000, trade(11_000, 60))

    assert (after.since_ms, after.quantity, after.tripped_ms) == (11_000, 60, None)


@pytest.mark.parametrize(("delta", "vega", "trips"), [(-10, 5, False), (-11, 0, True), (0, 6, True)])
def test_each_limit_is_watched_by_itself(delta: int, vega: int, trips: bool) -> None:
    assert (NONE.traded(RULE, 7, trade(7, 1, delta, vega)).tripped_ms == 7) is trips


def test_deltas_that_offset_each_other_do_not_trip() -> None:
    after = NONE.traded(RULE, 7, trade(7, 1, 9)).traded(RULE, 8, trade(8, 1, -9))

    assert (after.delta, after.tripped_ms) == (0, None)


def test_a_trip_voids_what_was_quoted_up_to_it_from_the_next_instant_on() -> None:
    tripped = NONE.traded(RULE, 7, trade(7, 101))

    assert not tripped.voids(given_ms=5, now_ms=7)
    assert tripped.voids(given_ms=5, now_ms=8)
    assert tripped.voids(given_ms=7, now_ms=8)
    assert not tripped.voids(given_ms=5_008, now_ms=5_009)
    assert tripped.is_frozen(RULE, 5_006)
    assert not tripped.is_frozen(RULE, 5_007)
