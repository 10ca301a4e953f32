"""A chain can stop, be late to confirm, and take back its last blocks for another branch."""

from dataclasses import replace
from typing import Any

import pytest

from venues.chains.background import lasting_ms
from venues.chains.presets import ETHEREUM_2020, ETHEREUM_TODAY, ROLLUP_2S
from venues.faults import Fault, FaultKind, Faults

MINUTE_MS = 60_000
NEVER = 10**9


def _faults(kind: FaultKind, from_ms: int, until_ms: int, **figures: Any) -> Faults:
    return Faults((Fault(id="fault", kind=kind, target="chain", from_ms=from_ms, until_ms=until_ms, **figures),))


def _reorg(depth: int) -> Faults:
    """Return a schedule because of which a chain remembers `depth` blocks; nothing in it happens by itself here."""
    return _faults("reorg", NEVER, NEVER, depth=depth)


@pytest.fixture
def make_grown(make_chain: Any, make_transaction: Any) -> Any:
    """Return a function that makes a chain of ten blocks, each with one transaction of the scenario."""

    def make(rules: Any = ETHEREUM_2020, depth: int = 4, **more: Any) -> Any:
        chain = make_chain(rules, **more)
        chain.live_under(_reorg(depth))
        for number in range(10):
            own = make_transaction(f"t{number}", 10_000, tip_gwei=50)
            chain.submit(replace(own, submitted_ms=chain.time_ms + 1))
            chain.produce()
        return chain

    return make


@pytest.mark.parametrize("rules", [ETHEREUM_2020, ETHEREUM_TODAY, ROLLUP_2S])
@pytest.mark.parametrize("depth", [1, 2, 4])
def test_a_branch_whose_makers_know_everything_is_the_same_chain_again(rules: Any, depth: int, make_grown: Any) -> None:
    chain, straight = make_grown(rules), make_grown(rules)

    assert chain.reorganise(depth) == depth
    assert chain.number == straight.number - depth
    assert chain.state.called == straight.state.called[:-depth]
    rivals = [chain.produce() for _ in range(depth)]

    assert (chain.state, chain.number, chain.time_ms) == (straight.state, straight.number, straight.time_ms)
    assert list(chain.recent) == list(straight.recent)
    assert [len(rival.undone) for rival in rivals] == [depth] + [0] * (depth - 1)
    assert [chain.produce().summary for _ in range(5)] == [straight.produce().summary for _ in range(5)]


def test_what_the_other_branch_never_heard_of_waits_for_the_block_after_it(make_grown: Any) -> None:
    chain = make_grown()
    chain.reorganise(3, {"t7", "t8", "t9"})

    rivals = [chain.produce() for _ in range(3)]
    assert [receipt.transaction_id for receipt in rivals[0].undone] == ["t7", "t8", "t9"]
    assert all(not rival.receipts for rival in rivals)
    assert chain.state.called == (1, 2, 3, 4, 5, 6, 7)

    assert {receipt.transaction_id for receipt in chain.produce().receipts} == {"t7", "t8", "t9"}
    assert chain.state.called == (1, 2, 3, 4, 5, 6, 7, 11, 11, 11)


def test_what_came_after_a_rival_s_time_is_not_in_it(make_grown: Any, make_transaction: Any) -> None:
    chain = make_grown()
    chain.submit(replace(make_transaction("late", 10_000), submitted_ms=chain.time_ms + 1))
    chain.reorganise(2)

    assert all("late" not in {r.transaction_id for r in chain.produce().receipts} for _ in range(2))
    assert "late" in {receipt.transaction_id for receipt in chain.produce().receipts}


def test_no_more_is_undone_than_is_remembered(make_grown: Any) -> None:
    chain = make_grown(depth=4)

    assert chain.reorganise(9) == 4
    assert chain.number == 6


def test_a_chain_whose_scenario_has_no_reorganisation_remembers_nothing(make_chain: Any) -> None:
    chain = make_chain()
    chain.produce()

    assert chain.reorganise(1) == 0
    assert chain.number == 1


def test_blocks_can_be_undone_twice(make_grown: Any) -> None:
    chain, straight = make_grown(), make_grown()
    for _ in range(2):
        chain.reorganise(3, {"t8"})
        undone = [chain.produce() for _ in range(3)]
        assert undone[0].undone
    chain.reorganise(4)
    for _ in range(4):
        chain.produce()

    assert chain.state.called[:7] == straight.state.called[:7]
    assert chain.number == straight.number


def test_a_copy_made_amid_the_rivals_goes_on_alike(make_grown: Any) -> None:
    chain = make_grown()
    chain.reorganise(3, {"t8"})
    chain.produce()
    twin = chain.fork()

    assert [chain.produce() for _ in range(6)] == [twin.produce() for _ in range(6)]


@pytest.mark.parametrize(
    ("rules", "kind"), [(ROLLUP_2S, "outage"), (ROLLUP_2S, "partition"), (ETHEREUM_2020, "outage")]
)
def test_a_chain_that_is_down_makes_no_block_until_it_is_up(rules: Any, kind: FaultKind, make_chain: Any) -> None:
    chain = make_chain(rules)
    chain.live_under(_faults(kind, 2 * MINUTE_MS, 90 * MINUTE_MS))
    times = [chain.produce().summary.time_ms for _ in range(200)]

    assert not [time for time in times if 2 * MINUTE_MS <= time < 90 * MINUTE_MS]
    assert 90 * MINUTE_MS in times
    assert [chain.is_down(m * MINUTE_MS) for m in (1, 2, 89, 90)] == [False, True, True, False]


def test_a_chain_that_prefers_liveness_goes_on_while_its_network_is_split(make_chain: Any) -> None:
    chain = make_chain(ETHEREUM_TODAY)
    chain.live_under(_faults("partition", 2 * MINUTE_MS, 90 * MINUTE_MS))
    times = [chain.produce().summary.time_ms for _ in range(30)]

    assert times == [12_000 * number for number in range(1, 31)]
    assert not chain.is_down(3 * MINUTE_MS)
    assert chain.history.blocks_since(2 * MINUTE_MS) == 21


@pytest.mark.parametrize("kind", ["finality_stall", "partition"])
def test_nothing_is_confirmed_while_finality_stalls(kind: FaultKind, make_chain: Any) -> None:
    chain = make_chain(ETHEREUM_TODAY)
    block = chain.produce().summary
    usual_ms = chain.reached_ms("final", block.number, block.time_ms)
    chain.live_under(_faults(kind, usual_ms - MINUTE_MS, usual_ms + 30 * MINUTE_MS))

    assert chain.reached_ms("final", block.number, block.time_ms) == usual_ms + 30 * MINUTE_MS
    assert chain.reached_ms("included", block.number, block.time_ms) == block.time_ms


def test_after_an_outage_those_are_back_who_have_not_lost_patience() -> None:
    assert lasting_ms(60_000, 600_000) == pytest.approx(60_000, rel=0.06)
    assert lasting_ms(10**9, 600_000) == 600_000
    assert lasting_ms(12_000, 0) == 12_000
