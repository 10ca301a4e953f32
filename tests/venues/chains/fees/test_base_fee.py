import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.chains.fees.base_fee import BaseFeeRule, next_base_fee

CARRIED = Path(__file__).parents[3] / "vectors/chains/eip1559_base_fee.csv"
ALL = Path(__file__).parents[4] / "../shared/vectors/consensus/eip1559_base_fee.json"
NAMES = ("elasticity", "denominator", "parent_base_fee", "parent_gas_limit", "parent_gas_used", "expected")

RULE = BaseFeeRule(elasticity=2, denominator=8)
fees = st.integers(0, 10**15)
limits = st.integers(1_000_000, 60_000_000)


def _assert_row(row: dict[str, str]) -> None:
    elasticity, denominator, fee, limit, used, expected = (int(row[name]) for name in NAMES)
    rule = BaseFeeRule(elasticity=elasticity, denominator=denominator)

    assert next_base_fee(fee, used, limit, rule) == expected


@pytest.mark.parametrize("row", list(csv.DictReader(CARRIED.read_text().splitlines())))
def test_next_base_fee_is_that_of_the_alloy_vectors(row: dict[str, str]) -> None:
    _assert_row(row)


@pytest.mark.skipif(not ALL.exists(), reason="the folder shared/ with the geth vectors is not here")
def test_next_base_fee_is_that_of_all_vectors() -> None:
    rows = json.loads(ALL.read_text())["base_fee"]

    assert len(rows) == 25
    for row in rows:
        _assert_row(row)


@pytest.mark.parametrize(
    ("used", "expected"),
    [(10_000_000, 10**9), (20_000_000, 1_125_000_000), (0, 875_000_000), (11_000_000, 1_012_500_000)],
)
def test_base_fee_moves_by_an_eighth_of_how_full_a_block_was(used: int, expected: int) -> None:
    """The worked numbers of EIP-1559: a gwei, a limit of twenty million."""
    assert next_base_fee(10**9, used, 20_000_000, RULE) == expected


@given(fees, limits, st.floats(0, 1))
def test_base_fee_never_moves_by_more_than_an_eighth_and_a_wei(fee: int, limit: int, share: float) -> None:
    after = next_base_fee(fee, int(share * (limit // 2 * 2)), limit, RULE)

    assert abs(after - fee) <= max(fee // 8, 1)


@given(fees, limits, st.integers(1, 500_000))
def test_base_fee_rises_by_at_least_a_wei_above_the_target(fee: int, limit: int, extra: int) -> None:
    assert next_base_fee(fee, limit // 2 + extra, limit, RULE) > fee


@given(fees, limits, st.integers(0, 10**7), st.integers(0, 10**7))
def test_fuller_blocks_never_lead_to_a_lower_base_fee(fee: int, limit: int, less: int, more: int) -> None:
    less, more = sorted((less % limit, more % limit))

    assert next_base_fee(fee, less, limit, RULE) <= next_base_fee(fee, more, limit, RULE)


@given(fees)
def test_base_fee_does_not_fall_below_the_floor(fee: int) -> None:
    rule = BaseFeeRule(elasticity=6, denominator=250, minimum_wei=10**6)

    assert next_base_fee(fee, 0, 30_000_000, rule) >= 10**6
