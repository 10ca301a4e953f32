from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from venues.chains.background import DemandStep
from venues.chains.presets import ARBITRUM

QUIET = DemandStep(0, 0.0, 1.0, 0.1, (1.0, 0.0, 0.0, 0.0))
FULL = DemandStep(0, 1_300.0, 50.0, 0.3, (0.0, 0.3, 0.7, 0.0))
"""Some five times what the chain can sustain, at prices far above the minimum."""

NO_DELAY = replace(ARBITRUM, arrival=replace(ARBITRUM.arrival, express_delay_ms=0))  # type: ignore[type-var]

Make = Callable[..., Any]


def _included(chain: Any, blocks: int) -> dict[str, int]:
    return {r.transaction_id: r.block.number for _ in range(blocks) for r in chain.produce().receipts}


def test_who_came_first_goes_first_whatever_they_pay(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain(ARBITRUM, step=QUIET)
    for name, gwei in (("modest", 1), ("eager", 500), ("last", 2)):
        chain.submit(make_transaction(name, gwei, tip_gwei=gwei))

    assert list(_included(chain, 3)) == ["modest", "eager", "last"]


def test_everybody_pays_the_base_fee_and_no_tip(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain(ARBITRUM, step=QUIET)
    chain.submit(make_transaction("generous", 500, tip_gwei=400))

    (receipt,) = [receipt for _ in range(3) for receipt in chain.produce().receipts]

    assert receipt.price_wei == 100_000_000


def test_a_transaction_is_held_back_for_the_express_lane(make_chain: Make, make_transaction: Make) -> None:
    """Sent right after a block, it may go 200 ms later, into the next; sent 100 ms later, it misses that one."""
    chain = make_chain(ARBITRUM, step=QUIET)
    chain.submit(replace(make_transaction("early", 1), submitted_ms=50))
    chain.submit(replace(make_transaction("late", 1), submitted_ms=100))

    assert _included(chain, 2) == {"early": 1, "late": 2}


def test_the_holder_of_the_express_lane_overtakes(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain(ARBITRUM, step=QUIET)
    chain.express = "me"
    chain.submit(replace(make_transaction("slow", 1), submitted_ms=10, sender="other"))
    chain.submit(replace(make_transaction("fast", 1), submitted_ms=100))

    assert list(_included(chain, 1)) == ["fast", "slow"]


def test_a_line_of_others_is_waited_for(make_chain: Make, make_transaction: Make) -> None:
    busy, calm = make_chain(ARBITRUM, step=FULL), make_chain(ARBITRUM, step=QUIET)
    for chain in (busy, calm):
        for _ in range(40):
            chain.produce()
        chain.submit(replace(make_transaction("t", 1_000), submitted_ms=chain.time_ms))

    assert _included(calm, 20)["t"] == 41
    assert _included(busy, 20)["t"] > 42


def test_paying_more_does_not_shorten_the_wait(make_chain: Make, make_transaction: Make) -> None:
    blocks = []
    for gwei in (100, 100_000):
        chain = make_chain(ARBITRUM, step=FULL)
        for _ in range(40):
            chain.produce()
        chain.submit(replace(make_transaction("t", gwei, tip_gwei=gwei), submitted_ms=chain.time_ms))
        blocks.append(_included(chain, 40)["t"])

    assert blocks[0] == blocks[1]


def test_what_waits_too_long_is_returned(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain(replace(NO_DELAY, block_gas=1_000_000), step=QUIET)
    chain.submit(replace(make_transaction("big", 1), call=make_transaction("x", 1, gas=2_000_000).call))

    outcomes = [chain.produce() for _ in range(60)]

    assert [t.id for produced in outcomes for t in produced.dropped] == ["big"]
    assert [produced.summary.time_ms for produced in outcomes if produced.dropped] == [12_000]


def test_what_cannot_pay_the_base_fee_is_refused(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain(ARBITRUM, step=QUIET)

    assert chain.submit(make_transaction("poor", 0.09)) == "underpriced"
    assert chain.submit(make_transaction("able", 0.1)) == "waiting"


def test_a_full_line_takes_nobody(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain(replace(ARBITRUM, block_gas=20_000), step=FULL)
    for _ in range(12):
        chain.produce()

    assert chain.submit(make_transaction("t", 1_000)) == "full"


def test_no_block_exceeds_its_gas_and_the_line_its_length(make_chain: Make, make_transaction: Make) -> None:
    chain = make_chain(ARBITRUM, step=FULL)
    for number in range(200):
        chain.submit(make_transaction(f"t{number}", 1_000, gas=3_000_000))
        summary = chain.produce().summary
        assert summary.gas_used <= ARBITRUM.block_gas
        assert summary.waiting <= 1_024


def test_the_base_fee_follows_the_backlog_and_comes_back(make_chain: Make) -> None:
    chain = make_chain(ARBITRUM, step=FULL)
    for _ in range(4 * 20):
        chain.produce()
    risen = chain.base_fee_wei
    chain._demand = replace(chain._demand, steps=(QUIET,))
    for _ in range(4 * 400):
        chain.produce()

    assert risen > 300_000_000
    assert chain.base_fee_wei == 100_000_000


def test_blocks_of_one_second_share_a_price(make_chain: Make) -> None:
    """The backlog drains by whole seconds, and a block pays what was set at the start of the one before it."""
    chain = make_chain(ARBITRUM, step=FULL)
    fees = [chain.produce().summary.base_fee_wei for _ in range(4 * 120)]

    falls = np.flatnonzero(np.diff(fees) < 0)
    assert set((falls + 2) % 4) <= {1}


@pytest.mark.parametrize("step", [QUIET, FULL])
def test_a_fork_does_what_the_original_does(make_chain: Make, make_transaction: Make, step: DemandStep) -> None:
    chain = make_chain(ARBITRUM, step=step)
    for number in range(10):
        chain.submit(make_transaction(f"t{number}", 100))
        chain.produce()
    twin = chain.fork()

    assert [twin.produce() for _ in range(50)] == [chain.produce() for _ in range(50)]
