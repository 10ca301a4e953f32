"""Dutch decay, on the published vectors."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auction.dutch import LinearDecay, RateBump

BUMPS = json.loads((Path(__file__).parents[1] / "vectors/auction/rate_bump.json").read_text())
LINES = Path(__file__).parents[3] / "shared/vectors/auction/dutch_decay.json"


@pytest.mark.skipif(not LINES.exists(), reason="the folder shared/ with the published lines is not here")
def test_lines_equal_the_published_ones() -> None:
    rows = json.loads(LINES.read_text())["uniswapx_linear"]

    found = [
        LinearDecay(start=int(r["start"]), end=int(r["end"]), from_s=r["t0"], until_s=r["t1"]).at(r["t"]) for r in rows
    ]

    assert len(rows) == 8
    assert found == [int(row["expected"]) for row in rows]


@pytest.mark.parametrize("row", BUMPS, ids=["no gas", "cheap gas", "dear gas"])
def test_premiums_equal_the_published_ones(row: dict[str, Any]) -> None:
    curve = RateBump(
        from_s=row["startTime"],
        duration_s=row["duration"],
        first=row["initialRateBump"],
        points=tuple((point["delay"], point["coefficient"]) for point in row["points"]),
        gas_bump=row.get("gasBumpEstimate", 0),
        gas_price=row.get("gasPriceEstimate", 0),
    )

    assert curve.taking(int(row["takingAmount"]), row["t"], row.get("basefee_wei", 0)) == int(row["expected_taking"])
    assert curve.at(row["t"]) == row.get("expected_bump", curve.first // 2)


def test_what_has_changed_is_rounded_down_in_both_directions() -> None:
    assert LinearDecay(start=10, end=0, from_s=0, until_s=3).at(1) == 7
    assert LinearDecay(start=0, end=10, from_s=0, until_s=3).at(1) == 3


def test_a_line_cannot_end_before_it_starts_unless_it_is_flat() -> None:
    with pytest.raises(ValueError, match="cannot end"):
        LinearDecay(start=1, end=2, from_s=10, until_s=9)
    assert LinearDecay(start=2, end=2, from_s=10, until_s=9).at(0) == 2


@given(
    st.integers(0, 10**24), st.integers(0, 10**24), st.integers(0, 10**4), st.integers(0, 10**4), st.integers(0, 10**4)
)
def test_a_line_never_leaves_its_ends_and_never_turns_back(
    start: int, end: int, length: int, first: int, later: int
) -> None:
    line = LinearDecay(start=start, end=end, from_s=0, until_s=length)
    now, then = sorted((first, later))

    here, there = line.at(now), line.at(then)

    assert min(start, end) <= here <= max(start, end)
    assert abs(there - start) >= abs(here - start)


@given(st.integers(1, 10**24), st.integers(-10, 400), st.integers(0, 10**11))
def test_an_owner_never_gets_less_than_the_least(least: int, now_s: int, base_fee_wei: int) -> None:
    curve = RateBump(from_s=0, duration_s=300, first=90_000, points=((20, 50_000),), gas_bump=1000, gas_price=1000)

    assert curve.taking(least, now_s, base_fee_wei) >= least
    assert curve.at(now_s, base_fee_wei) <= curve.at(now_s)
