"""What passes between chains arrives when its chain is believed, and not a block before."""

from dataclasses import dataclass, field, replace

import pytest

from intents.assets import USDC_UNIT
from tests.venues.calls.stage import lock, signed, state, terms
from tests.venues.small_world import (
    L1,
    L2,
    MINUTE_MS,
    QUIET,
    RICH,
    START_MS,
    chain_state,
    make_chain,
    make_world,
    truth,
)
from venues.calls.upkeep import BridgeOut
from venues.chain_state import ChainState
from venues.chains.presets import ETHEREUM_2020, ROLLUP_2S
from venues.chains.produced import Produced
from venues.chains.transaction import Applied, Block, Call, Log, Reverted, Transaction
from venues.passages import Passage, RelayRules, arrival
from venues.view import Offer
from venues.world import World

PROOF_DELAY_MS = 30_000
"""Of the small world."""

AWAY = terms(signed(), chain=L2)


@dataclass(frozen=True, slots=True)
class Announce:
    """Announce a delivery, as settlement does."""

    to: str
    gas: int = 50_000

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        return Applied(state, (Log("Delivered", (("fill", "fill"), ("terms", "terms"), ("to", self.to))),))


@dataclass
class Watcher:
    """Notes at each block whether something has arrived, and the blocks of the chain it comes from."""

    source: str
    arrived: list[tuple[int, bool]] = field(default_factory=list)
    blocks: dict[int, int] = field(default_factory=dict)
    """Times of the source's blocks, by number."""

    included: int = 0
    """Number of the block with the announcement."""

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:
        if chain_id == self.source:
            self.blocks[produced.summary.number] = produced.summary.time_ms
            self.included = self.included or (produced.summary.number if produced.receipts else 0)
        target = world.state(L1 if self.source == L2 else L2)
        here = "fill" in target.proofs or target.clearing.account("trader").cash > RICH.cash
        self.arrived.append((world.now_ms, here))

    @property
    def included_ms(self) -> int:
        """Time of the block with the announcement."""
        return self.blocks[self.included]


def _send(source: str, call: Call[ChainState]) -> Watcher:
    """Return what was seen of a call on one chain in the 25 minutes after it."""
    world = make_world(inhabitants=())
    watcher = Watcher(source)
    world.advance(START_MS + MINUTE_MS)
    transaction = Transaction(id="t", sender="trader", call=call, max_fee_wei=10**12, tip_wei=10**9)
    world.submit(Offer(source, transaction))
    world.advance(START_MS + 25 * MINUTE_MS, [watcher])
    return watcher


def _assert_arrived_at(watcher: Watcher, due_ms: int) -> None:
    assert watcher.arrived[0] != watcher.arrived[-1]
    assert watcher.arrived == [(time_ms, time_ms >= due_ms) for time_ms, _ in watcher.arrived]


def test_a_delivery_on_the_rollup_is_proved_once_it_is_safe_and_the_proof_was_made() -> None:
    watcher = _send(L2, Announce(L1))

    _assert_arrived_at(watcher, watcher.included_ms + 480_000 + PROOF_DELAY_MS)


def test_a_delivery_on_the_mined_chain_is_proved_after_twelve_blocks_and_the_proof_was_made() -> None:
    watcher = _send(L1, Announce(L2))

    _assert_arrived_at(watcher, watcher.blocks[watcher.included + 12] + PROOF_DELAY_MS)


@pytest.mark.parametrize(("source", "target"), [(L1, L2), (L2, L1)])
def test_a_bridge_transfer_arrives_after_the_delay_of_the_bridge(source: str, target: str) -> None:
    watcher = _send(source, BridgeOut(bridge="bridge", account="trader", cash=1_000 * USDC_UNIT))

    _assert_arrived_at(watcher, watcher.included_ms + 2 * MINUTE_MS)


def test_a_bridge_transfer_arrives_once_and_less_its_fee() -> None:
    world = make_world(inhabitants=())
    call = BridgeOut(bridge="bridge", account="trader", cash=1_000 * USDC_UNIT)
    world.submit(Offer(L2, Transaction(id="t", sender="trader", call=call, max_fee_wei=10**12, tip_wei=10**9)))

    world.advance(START_MS + 25 * MINUTE_MS)

    assert world.state(L2).clearing.account("trader").cash == RICH.cash - 1_000 * USDC_UNIT
    assert world.state(L1).clearing.account("trader").cash == RICH.cash + 999_100_000


def test_what_was_announced_first_arrives_first() -> None:
    """Both are ready at the next block: the liquidity at the far end pays for one of them."""
    world = make_world(inhabitants=())
    for name, tip in (("trader", 2), ("solver", 1)):
        call = BridgeOut(bridge="bridge", account=name, cash=60_000 * USDC_UNIT)
        paid = Transaction(id=name, sender=name, call=call, max_fee_wei=10**12, tip_wei=tip * 10**9)
        world.submit(Offer(L2, paid))

    world.advance(START_MS + 25 * MINUTE_MS)

    assert [transfer.account for transfer in world.state(L1).bridges["bridge"].queue] == ["solver"]
    assert world.state(L1).clearing.account("trader").cash > RICH.cash


def test_a_fork_takes_along_what_is_on_its_way() -> None:
    world = make_world(inhabitants=())
    world.submit(Offer(L2, Transaction(id="t", sender="trader", call=Announce(L1), max_fee_wei=10**12)))
    world.advance(START_MS + MINUTE_MS)
    twin = world.fork()

    twin.advance(START_MS + 25 * MINUTE_MS)

    assert "fill" in twin.state(L1).proofs
    assert "fill" not in world.state(L1).proofs


@pytest.mark.parametrize(("chain", "usual_ms"), [(L1, 12 * 13_450 + PROOF_DELAY_MS), (L2, 480_000 + PROOF_DELAY_MS)])
def test_the_time_until_a_delivery_usually_counts_is_known(chain: str, usual_ms: int) -> None:
    assert make_world(inhabitants=()).finality_ms(chain) == usual_ms


def test_on_a_chain_that_stands_still_nothing_becomes_safe() -> None:
    """The mined chain needs twelve blocks, and each takes ten minutes."""
    slow = replace(ETHEREUM_2020, interval_ms=10 * MINUTE_MS, random_intervals=False)
    world = World(
        chains=[make_chain(chain_state(L1), slow, QUIET), make_chain(chain_state(L2), ROLLUP_2S, QUIET)],
        agents=[],
        truth=truth(140.0),
        relay=RelayRules(proof_level={L1: "safe", L2: "safe"}, proof_delay_ms=0),
        start_ms=START_MS,
    )
    world.submit(Offer(L1, Transaction(id="t", sender="trader", call=Announce(L2), max_fee_wei=10**12)))

    world.advance(START_MS + 120 * MINUTE_MS)
    assert "fill" not in world.state(L2).proofs

    world.advance(START_MS + 130 * MINUTE_MS)
    assert "fill" in world.state(L2).proofs


def _delivery(owed_id: str) -> Passage:
    fields = (("fill", AWAY.fill_id), ("terms", owed_id), ("to", L1))
    return Passage(source=L2, target=L1, log=Log("Delivered", fields), number=1, time_ms=START_MS, id="t")


@pytest.mark.parametrize(("owed_id", "proved"), [(AWAY.id, True), ("other terms", False)])
def test_only_a_delivery_of_the_locked_terms_is_a_proof(owed_id: str, proved: bool) -> None:
    outcome = lock(AWAY).apply(state(L1), Block(L1, 1, START_MS + MINUTE_MS))
    assert isinstance(outcome, Applied)

    after = arrival(outcome.state, _delivery(owed_id), START_MS + 2 * MINUTE_MS)

    assert (AWAY.fill_id in after.proofs) == proved
