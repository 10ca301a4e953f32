"""Margins of the bids of one auction."""

import pytest

from auction.conduct.margins import AuctionRecord


def record(surplus: dict[str, int], *, notional: int = 20_000_000_000) -> AuctionRecord:
    return AuctionRecord(
        auction="1/a", time_ms=0, bucket="package", notional=notional, benchmark=50_000_000, surplus=surplus
    )


def test_a_margin_is_the_shortfall_from_the_benchmark_in_basis_points() -> None:
    margins = record({"a": 50_000_000, "b": 44_000_000, "c": 52_000_000}).margins()

    assert margins == {"a": 0.0, "b": 3.0, "c": -1.0}


def test_margins_come_in_order_of_name() -> None:
    assert list(record({"b": 0, "a": 0}).margins()) == ["a", "b"]


def test_an_auction_without_size_is_refused() -> None:
    with pytest.raises(ValueError, match="1/a has notional 0"):
        record({}, notional=0)
