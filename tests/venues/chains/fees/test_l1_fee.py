import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.chains.fees.l1_fee import (
    BedrockFee,
    EcotoneFee,
    FjordFee,
    L1Prices,
    bedrock_fee,
    calldata_gas,
    ecotone_fee,
    estimated_size,
    fjord_fee,
    fjord_gas,
    weighted_price,
)

GETH = Path(__file__).parents[4] / "../shared/vectors/consensus/op_stack_l1_fee.json"
needs_geth = pytest.mark.skipif(not GETH.exists(), reason="the folder shared/ with the op-geth vectors is not here")

FACADE = bytes.fromhex("facade")


def _price(row: dict[str, int]) -> int:
    prices = L1Prices(row["l1_base_fee"], row["blob_base_fee"])
    return weighted_price(prices, row["base_fee_scalar"], row["blob_base_fee_scalar"])


@needs_geth
def test_the_bedrock_fee_is_that_of_the_op_geth_vectors() -> None:
    (row,) = json.loads(GETH.read_text())["bedrock"]

    assert bedrock_fee(row["gas_incl_overhead"], row["l1_base_fee"], row["scalar"]) == row["fee"]


@needs_geth
def test_the_ecotone_fee_is_that_of_the_op_geth_vectors() -> None:
    (row,) = json.loads(GETH.read_text())["ecotone"]

    assert ecotone_fee(row["calldata_gas"], _price(row)) == row["fee"]


@needs_geth
def test_the_fjord_fee_is_that_of_the_op_geth_vectors() -> None:
    rows = json.loads(GETH.read_text())["fjord"]

    assert len(rows) == 2
    for row in rows:
        size = estimated_size(row["fastlz_size"])
        assert (fjord_fee(size, _price(row)), fjord_gas(size)) == (row["fee"], row["gas"])


def test_the_fjord_fee_of_a_small_transaction_is_the_least_there_is() -> None:
    """The worked case of op-revm (MIT): everything a thousand, three bytes, 1,700 wei."""
    rule = FjordFee(base_fee_scalar=1_000, blob_fee_scalar=1_000)

    assert rule.fee_wei(FACADE, L1Prices(1_000, 1_000)) == 1_700


def test_the_bedrock_rule_charges_calldata_gas_and_an_overhead() -> None:
    """The worked case of op-revm (MIT): three bytes are 48 gas; everything else a thousand, 1,048 wei."""
    assert BedrockFee(overhead_gas=1_000, scalar=1_000).fee_wei(FACADE, L1Prices(1_000, 0)) == 1_048


def test_the_ecotone_rule_weighs_base_fee_and_blob_fee() -> None:
    """The worked case of op-revm (MIT): 48 gas at a weighted price of 17,000,000 over 16,000,000 is 51 wei."""
    rule = EcotoneFee(base_fee_scalar=1_000, blob_fee_scalar=1_000)

    assert rule.fee_wei(FACADE, L1Prices(1_000, 1_000)) == 51


def test_a_zero_byte_costs_a_quarter_of_any_other() -> None:
    assert calldata_gas(b"\x00\x01\x00\xff") == 2 * 4 + 2 * 16


@given(st.binary(max_size=200), st.integers(0, 10**12), st.integers(0, 10**12))
def test_a_dearer_l1_never_makes_posting_cheaper(data: bytes, base_fee: int, more: int) -> None:
    rule = FjordFee(base_fee_scalar=1_368, blob_fee_scalar=801_949)

    assert rule.fee_wei(data, L1Prices(base_fee, 0)) <= rule.fee_wei(data, L1Prices(base_fee + more, more))
