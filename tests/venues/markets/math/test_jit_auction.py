"""Auctions and the virtual maker against the tests of Drift (drift-labs/protocol-v2, commit 0ae3e3b1, Apache-2.0)."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.markets.math.jit_auction import (
    auction_price,
    auction_prices,
    joining_slot,
    on_grid,
    quote_paid,
    quote_received,
)

CARRIED = Path(__file__).parents[3] / "vectors/markets/drift_jit_auction.json"
SHARED = Path(__file__).parents[4] / "../shared/vectors/markets/drift_jit_auction.json"
ROWS = json.loads(CARRIED.read_text())["auction_prices"]
UNIT = 10**9


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_auctions_start_and_end_as_in_the_vectors(row: dict[str, Any]) -> None:
    assert auction_prices(row["oracle"], row["limit"], long=row["direction"] == "long") == (row["start"], row["end"])


@pytest.mark.skipif(not SHARED.exists(), reason="the folder shared/ with the Drift vectors is not here")
def test_the_rows_carried_over_are_all_the_drift_vectors() -> None:
    assert json.loads(SHARED.read_text())["auction_prices"] == ROWS
    assert len(ROWS) == 4


@pytest.mark.parametrize(("slot", "price"), [(0, 100_000), (3, 100_150), (10, 100_500), (99, 100_500)])
def test_a_buyers_price_rises_to_its_end_and_stays(slot: int, price: int) -> None:
    assert auction_price(100_000, 100_500, slot, 10, 1) == price


@pytest.mark.parametrize(("slot", "price"), [(0, 100_000), (3, 99_850), (10, 99_500), (99, 99_500)])
def test_a_sellers_price_falls_to_its_end_and_stays(slot: int, price: int) -> None:
    assert auction_price(100_000, 99_500, slot, 10, 1) == price


def test_an_auction_without_length_is_at_its_end() -> None:
    assert auction_price(100_000, 100_500, 0, 0, 1) == 100_500


@pytest.mark.parametrize(("up", "price"), [(False, 100_100), (True, 100_200)])
def test_prices_are_on_the_grid(up: bool, price: int) -> None:
    assert on_grid(100_150, 100, up=up) == price


@pytest.mark.parametrize(("wanted", "slot"), [(99_000, 0), (100_001, 1), (100_500, 10), (100_501, None)])
def test_a_maker_joins_at_the_first_slot_that_is_good_enough(wanted: int, slot: int | None) -> None:
    assert joining_slot(100_000, 100_500, wanted, 10, 1) == slot


def test_a_long_pays_one_unit_more_of_the_reserve_and_of_the_price() -> None:
    """By hand on reserves of 1000 units each at par: 100 bought leave 900, so 1111.1 of quote: 111.1 paid, rounded."""
    paid, quote = quote_paid(1000 * UNIT, 1000 * UNIT, 100 * UNIT, 10**6, UNIT)

    assert quote == 1000 * 1000 * UNIT // 900 + 1
    assert paid == (1000 * 1000 * UNIT // 900 - 1000 * UNIT + 1) // 1000 + 1


@given(st.integers(10**6, 10**15), st.integers(10**6, 10**15), st.integers(1, 999))
def test_a_round_trip_at_the_virtual_maker_costs_at_least_a_unit(base: int, quote: int, part: int) -> None:
    size = max(base * part // 2000, 1)
    paid, after = quote_paid(base, quote, size, 10**6, UNIT)

    received, _ = quote_received(base - size, after, size, 10**6, UNIT)

    assert received < paid
