import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.chains.fees.fastlz import compressed_length

GETH = Path(__file__).parents[4] / "../shared/vectors/consensus/op_stack_l1_fee.json"

SWAP = bytes.fromhex(
    "02f901550a758302df1483be21b88304743f94f80e51afb613d764fa61751affd3313c190a86bb870151bd62fd12adb8e41ef24f3f0000"
    "00000000000000000000000000000000000000000000000000000000006e000000000000000000000000af88d065e77c8cc2239327c5ed"
    "b3a432268e5831000000000000000000000000000000000000000000000000000000000003c1e500000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000a000000000000000"
    "000000000000000000000000000000000000000000000000148c89ed219d02f1a5be012c689b4f5b731827bebe00000000000000000000"
    "0000c001a033fd89cb37c31b2cba46b6466e040c61fc9b2a3675a7f5f493ebd5ad77c497f8a07cdf65680e238392693019b4092f610222"
    "e71b7cec06449cb922b93b6a12744e"
)
"""A transaction of OP Mainnet: a contract call of 345 bytes."""


@pytest.mark.skipif(not GETH.exists(), reason="the folder shared/ with the op-geth vectors is not here")
def test_compressed_lengths_are_those_of_the_op_geth_vectors() -> None:
    rows = json.loads(GETH.read_text())["flz_compress_len"]

    assert len(rows) == 2
    for row in rows:
        assert compressed_length(bytes.fromhex(row["input_hex"])) == row["len"]


@pytest.mark.parametrize(
    ("data", "length"),
    [
        (b"", 0),
        (bytes(1000), 21),
        (b"\x01" * 1000, 21),
        (bytes.fromhex("facade"), 4),
        (bytes.fromhex("dd80808094095e7baea6a6c7c4c2dfeb977efac326af552d878080808080"), 31),
        (SWAP, 202),
    ],
)
def test_compressed_lengths_of_known_data(data: bytes, length: int) -> None:
    """An empty and two monotonous inputs, the one of the Fjord specification, an empty and a real transaction."""
    assert compressed_length(data) == length


@given(st.binary(max_size=600))
def test_data_grows_by_at_most_a_control_byte_for_every_32(data: bytes) -> None:
    assert compressed_length(data) <= len(data) + -(-len(data) // 32) + len(data) // 8


@given(st.binary(min_size=40, max_size=300))
def test_a_repetition_costs_less_than_the_first_time(data: bytes) -> None:
    assert compressed_length(data * 3) < 2 * compressed_length(data) + 60


def test_a_repetition_from_too_far_away_does_not_help() -> None:
    block = bytes(i * 37 % 251 for i in range(200))
    filler = b"".join((i * 2_654_435_761 % 2**32).to_bytes(4, "big") for i in range(2_500))

    near = compressed_length(block + filler[:4_000] + block) - compressed_length(block + filler[:4_000])
    far = compressed_length(block + filler[:9_000] + block) - compressed_length(block + filler[:9_000])

    assert near < 20
    assert far > 150
