"""How many rows of real protocols the environment's tests reach, file by file."""

import json
import sys
from pathlib import Path
from typing import Final

import pytest

SHARED = Path(__file__).parents[2] / "../shared/vectors"

EXPECTED: Final = {
    "consensus/eip1559_base_fee.json": 25,
    "consensus/eip1559_gas_limit.json": 7,
    "consensus/eip4844_eip7918.json": 17,
    "consensus/eigenlayer_slashing.json": 2,
    "consensus/geth_txpool_replacement.json": 4,
    "consensus/op_stack_l1_fee.json": 6,
    "consensus/uniswap_v3_gas_snapshots.json": 35,
    "oracle/pyth_aggregation.json": 20,
    "oracle/pyth_ema.json": 4,
    "oracle/uniswap_v3_twap.json": 4,
    "settlement/caip_identifiers.json": 15,
    "settlement/erc7930.json": 2,
    "settlement/oif_test_intents.json": 1,
}
"""Rows of each file; each is reproduced by a test beside the module it is about."""


@pytest.mark.skipif(not SHARED.exists(), reason="the folder shared/ with the vectors is not here")
def test_every_vector_of_the_environment_is_accounted_for(capsys: pytest.CaptureFixture[str]) -> None:
    folders = ("consensus", "oracle", "settlement")
    files = sorted(path for folder in folders for path in (SHARED / folder).glob("*.json"))
    rows = {f"{path.parent.name}/{path.name}": json.loads(path.read_text())["_header"]["rows"] for path in files}

    with capsys.disabled():
        sys.stdout.write(f"\n{sum(rows.values())} rows in {len(rows)} files of vectors about the environment\n")
    assert rows == EXPECTED
