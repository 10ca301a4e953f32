import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.oracles.pyth import MOST_INT, MOST_LAG_SLOTS, NOTHING, Aggregate, Quote, aggregate

CASES = json.loads((Path(__file__).parents[2] / "vectors/oracle/pyth_aggregation.json").read_text())["cases"]
SLOT = 1_001
LAST = Aggregate(price=77, confidence=7, is_trading=True, slot=900)

quotes = st.builds(Quote, price=st.integers(-(10**12), 10**12), confidence=st.integers(1, 10**9), slot=st.just(SLOT))


def _quote(row: dict[str, Any]) -> Quote:
    slot = 1_000 + row.get("slot_diff", 0)
    return Quote(price=row["price"], confidence=row["conf"], slot=slot, is_trading=row["status"] == 1)


def test_all_vectors_are_here() -> None:
    assert len(CASES) == 20


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["id"]))
def test_aggregates_are_those_of_the_upstream_vectors(case: dict[str, Any]) -> None:
    found = aggregate([_quote(row) for row in case["quotes"]], SLOT)

    expected = case["expected"]
    assert (found.price, found.confidence) == (expected["price"], expected["conf"])
    assert found.is_trading == (expected["status"] == "trading")


def test_the_median_of_an_even_number_of_votes_is_rounded_down_below_zero_as_well() -> None:
    found = aggregate([Quote(price=p, confidence=100, slot=SLOT) for p in (-4, -1)], SLOT)

    assert found.price == -3


@pytest.mark.parametrize(
    "bad",
    [
        Quote(price=5, confidence=0, slot=SLOT),
        Quote(price=5, confidence=1, slot=SLOT, is_trading=False),
        Quote(price=5, confidence=1, slot=SLOT - MOST_LAG_SLOTS - 1),
        Quote(price=5, confidence=1, slot=SLOT + 1),
        Quote(price=MOST_INT, confidence=1, slot=SLOT),
        Quote(price=-MOST_INT, confidence=2, slot=SLOT),
    ],
)
def test_a_quote_that_is_closed_old_early_flat_or_out_of_range_does_not_count(bad: Quote) -> None:
    good = Quote(price=100, confidence=10, slot=SLOT - MOST_LAG_SLOTS)

    assert aggregate([bad, good], SLOT) == aggregate([good], SLOT)
    assert aggregate([bad], SLOT).is_trading is False


def test_with_too_few_quotes_the_status_is_unknown_and_the_last_price_stays() -> None:
    good = Quote(price=100, confidence=10, slot=SLOT)

    found = aggregate([good, good], SLOT, LAST, least_publishers=3)

    assert (found.price, found.confidence, found.slot, found.is_trading) == (77, 7, 900, False)
    assert aggregate([], SLOT) == NOTHING


@given(st.lists(quotes, min_size=1, max_size=15))
def test_the_aggregate_lies_among_the_votes_and_does_not_depend_on_their_order(given: list[Quote]) -> None:
    found = aggregate(given, SLOT)

    assert min(q.price - q.confidence for q in given) <= found.price <= max(q.price + q.confidence for q in given)
    assert aggregate(given[::-1], SLOT) == found
    assert found.confidence > 0


@given(st.lists(quotes, min_size=3, max_size=12), st.integers(-(10**15), 10**15))
def test_less_than_a_third_of_liars_cannot_move_the_price_beyond_the_honest_votes(
    honest: list[Quote], lie: int
) -> None:
    liars = [Quote(price=lie, confidence=1, slot=SLOT)] * ((len(honest) - 1) // 2)

    found = aggregate([*honest, *liars], SLOT)

    assert min(q.price - q.confidence for q in honest) <= found.price <= max(q.price + q.confidence for q in honest)
