import json
from pathlib import Path

import pytest

from venues.chains import action_gas

SNAPSHOTS = Path(__file__).parents[3] / "../shared/vectors/consensus/uniswap_v3_gas_snapshots.json"

ACTIONS = {
    "SWAP_STILL_GAS": "#swapExact0For1 first swap in block with no tick movement",
    "SWAP_GAS": "#swapExact0For1 first swap in block moves tick, no initialized crossings",
    "SWAP_WIDE_GAS": "#swapExact0For1 first swap in block, large swap, no initialized crossings",
    "SWAP_ONE_TICK_GAS": "#swapExact0For1 first swap in block, large swap crossing a single initialized tick",
    "SWAP_TICKS_GAS": "#swapExact0For1 first swap in block, large swap crossing several initialized ticks",
}


@pytest.mark.skipif(not SNAPSHOTS.exists(), reason="the folder shared/ with the Uniswap snapshots is not here")
def test_the_gas_of_actions_is_that_of_the_uniswap_snapshots() -> None:
    rows = {row["action"]: row["gas"] for row in json.loads(SNAPSHOTS.read_text())["gas"]}

    assert len(rows) == 35
    for name, action in ACTIONS.items():
        assert getattr(action_gas, name) == rows[f"fee is off {action}"], name
