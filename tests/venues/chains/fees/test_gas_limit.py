import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.chains.fees.gas_limit import MINIMUM_GAS, may_follow, toward

GETH = Path(__file__).parents[4] / "../shared/vectors/consensus/eip1559_gas_limit.json"

limits = st.integers(MINIMUM_GAS, 10**9)


@pytest.mark.skipif(not GETH.exists(), reason="the folder shared/ with the geth vectors is not here")
def test_gas_limits_are_accepted_as_in_the_geth_vectors() -> None:
    vectors = json.loads(GETH.read_text())
    elasticity = vectors["params"]["elasticity"]

    assert len(vectors["gas_limit_valid"]) == 7
    for row in vectors["gas_limit_valid"]:
        is_fork = row["parent_number"] + 1 == row["london_block"]
        found = may_follow(row["parent_gas_limit"], row["header_gas_limit"], elasticity if is_fork else 1)
        assert found == row["valid"], row


@pytest.mark.parametrize(
    ("gas", "legal"), [(10_009_764, True), (10_009_765, False), (9_990_236, True), (9_990_235, False)]
)
def test_the_limit_moves_by_less_than_a_1024th(gas: int, legal: bool) -> None:
    """10,000,000 over 1,024 is 9,765 and a bit: a step of exactly that much is one too many."""
    assert may_follow(10_000_000, gas) == legal


def test_no_limit_is_below_the_minimum() -> None:
    assert may_follow(5_003, 5_000)
    assert not may_follow(5_003, 4_999)


@given(limits, limits)
def test_the_farthest_step_toward_a_limit_is_legal(parent: int, wanted: int) -> None:
    step = toward(parent, wanted)

    assert step in (parent, MINIMUM_GAS) or may_follow(parent, step)
    assert min(parent, wanted) <= step <= max(parent, wanted)


def test_doubling_the_limit_takes_some_seven_hundred_blocks() -> None:
    gas, blocks = 30_000_000, 0
    while gas < 60_000_000:
        gas, blocks = toward(gas, 60_000_000), blocks + 1

    assert blocks == 711
