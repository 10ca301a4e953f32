import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.chains.fees.blob_fee import (
    BPO1,
    BPO2,
    CANCUN,
    GAS_PER_BLOB,
    OSAKA,
    PRAGUE,
    BlobSchedule,
    blob_base_fee,
    fake_exponential,
    next_excess,
)

GETH = Path(__file__).parents[4] / "../shared/vectors/consensus/eip4844_eip7918.json"
needs_geth = pytest.mark.skipif(not GETH.exists(), reason="the folder shared/ with the geth vectors is not here")
GWEI = 10**9

excesses = st.integers(0, 300_000_000)
schedules = st.sampled_from([CANCUN, PRAGUE, OSAKA, BPO1, BPO2])


@needs_geth
def test_the_exponential_is_that_of_the_geth_vectors() -> None:
    rows = json.loads(GETH.read_text())["fake_exponential"]

    assert len(rows) == 8
    for row in rows:
        assert fake_exponential(row["factor"], row["numerator"], row["denominator"]) == row["expected"]


@needs_geth
def test_the_blob_fee_is_that_of_the_geth_vectors() -> None:
    rows = json.loads(GETH.read_text())["blob_base_fee_cancun"]

    assert [blob_base_fee(row["excess"], CANCUN) for row in rows] == [row["expected"] for row in rows] != []


@needs_geth
def test_the_excess_before_osaka_is_that_of_the_geth_vectors() -> None:
    rows = json.loads(GETH.read_text())["excess_blob_gas_cancun"]

    assert len(rows) == 5
    for row in rows:
        assert next_excess(row["parent_excess"], row["parent_blobs"] * GAS_PER_BLOB, 0, CANCUN) == row["expected"]


@needs_geth
def test_the_excess_since_osaka_is_that_of_the_geth_vectors() -> None:
    rows = json.loads(GETH.read_text())["excess_blob_gas_osaka"]

    assert len(rows) == 2
    for row in rows:
        schedule = BlobSchedule(
            target=row["target"], most=row["max"], update_fraction=row["update_fraction"], reserve_price=True
        )
        found = next_excess(row["parent_excess"], row["parent_blob_gas_used"], row["parent_base_fee"], schedule)
        assert found == row["expected"]


@needs_geth
def test_the_schedules_are_those_of_the_forks() -> None:
    rows = json.loads(GETH.read_text())["schedules"]
    known = {"cancun": CANCUN, "prague": PRAGUE, "bpo1": BPO1, "bpo2": BPO2}

    for name, schedule in known.items():
        assert (schedule.target, schedule.most, schedule.update_fraction) == tuple(rows[name].values())


@given(excesses, schedules)
def test_blocks_at_the_target_leave_the_fee_of_a_busy_chain_alone(excess: int, schedule: BlobSchedule) -> None:
    assert next_excess(excess, schedule.target * GAS_PER_BLOB, 0, schedule) == excess


@given(excesses, schedules, st.integers(0, 21), st.integers(0, 10**12))
def test_more_blobs_never_lead_to_a_lower_fee(excess: int, schedule: BlobSchedule, blobs: int, base_fee: int) -> None:
    blobs = min(blobs, schedule.most - 1)
    less, more = (next_excess(excess, n * GAS_PER_BLOB, base_fee, schedule) for n in (blobs, blobs + 1))

    assert blob_base_fee(less, schedule) <= blob_base_fee(more, schedule)


def test_a_full_block_raises_the_fee_by_an_eighth() -> None:
    """The update fraction of Cancun was chosen for that (EIP-4844)."""
    excess = 60_000_000
    after = next_excess(excess, CANCUN.most * GAS_PER_BLOB, 0, CANCUN)

    assert blob_base_fee(after, CANCUN) / blob_base_fee(excess, CANCUN) == pytest.approx(1.125, abs=2e-3)


def test_since_osaka_a_blob_costs_a_sixteenth_of_its_gas_at_the_base_fee_before_it_gets_cheaper() -> None:
    excess, base_fee = 100_000_000, 20 * GWEI
    for _ in range(2_000):
        excess = next_excess(excess, 5 * GAS_PER_BLOB, base_fee, BPO2)

    assert blob_base_fee(excess, BPO2) / (base_fee / 16) == pytest.approx(1, abs=0.1)


def test_a_quiet_blob_market_has_no_excess() -> None:
    assert next_excess(GAS_PER_BLOB, 5 * GAS_PER_BLOB, 20 * GWEI, BPO2) == 0
