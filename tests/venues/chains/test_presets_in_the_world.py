from dataclasses import replace

import pytest

from intents.assets import PRICE_UNIT
from tests.venues.small_world import (
    BUSY,
    FEED,
    L1,
    L2,
    MAKER,
    MINUTE_MS,
    QUIET,
    START_MS,
    amm,
    book,
    chain_state,
    pool,
    truth,
)
from venues.chain_state import ChainState
from venues.chains.background import Demand, DemandStep
from venues.chains.chain import Chain
from venues.chains.presets import ARBITRUM, ETHEREUM_2020, ETHEREUM_TODAY, OP_STACK, ROLLUP_2S, ZK_ROLLUP, ChainRules
from venues.chains.produced import Produced
from venues.markets.arbitrage import Arbitrageur
from venues.passages import RelayRules
from venues.world import World

ROLLUPS = [ROLLUP_2S, OP_STACK, ARBITRUM, ZK_ROLLUP]
TRADER = Arbitrageur(name="trader", chain=L2, venues=("pool", "amm"), period_ms=30_000, offset_ms=7_000)


def _chain(state: ChainState, rules: ChainRules, step: DemandStep, settles_on: str | None = None) -> Chain[ChainState]:
    demand = Demand((step,), 600_000)
    seed = (1, state.chain)
    return Chain(
        id=state.chain, rules=rules, state=state, demand=demand, seed=seed, start_ms=START_MS, settles_on=settles_on
    )


def _world(l1: ChainRules, l2: ChainRules) -> World:
    """Return a falling market on an L1 under load and a quiet rollup of some preset, with its inhabitants."""
    chains = [
        _chain(chain_state(L1), l1, BUSY),
        _chain(chain_state(L2, book(), amm(), pool()), l2, QUIET, L1),
    ]
    relay = RelayRules(proof_level={L1: "safe", L2: "safe"}, proof_delay_ms=30_000)
    return World(
        chains=chains,
        agents=(FEED, MAKER, TRADER),
        truth=truth(140.0, 136.0, 138.0, 130.0, vol=1.2),
        relay=relay,
        start_ms=START_MS,
    )


@pytest.mark.parametrize("l2", ROLLUPS, ids=lambda rules: rules.name)
def test_oracles_makers_and_arbitrageurs_get_along_on_every_rollup(l2: ChainRules) -> None:
    world = _world(ETHEREUM_TODAY, l2)

    world.advance(START_MS + 15 * MINUTE_MS)

    state = world.state(L2)
    assert state.answer.price == pytest.approx(130 * PRICE_UNIT, rel=0.01)
    assert state.burned > 0
    quotes = state.venues["book"].books  # type: ignore[union-attr]
    assert any(each.bids and each.asks for each in quotes.values())


class _Cashier:
    """Adds up what one chain charged for posting."""

    def __init__(self) -> None:
        self.posting_wei = 0

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:
        if chain_id == L2:
            self.posting_wei += sum(receipt.data_fee_wei for receipt in produced.receipts)


@pytest.mark.parametrize("l1", [ETHEREUM_2020, ETHEREUM_TODAY], ids=lambda rules: rules.name)
def test_an_op_stack_chain_is_dearer_by_what_it_posts(l1: ChainRules) -> None:
    free, paying = _world(l1, replace(OP_STACK, data_fee=None)), _world(l1, OP_STACK)
    cashier = _Cashier()
    for world in (free, paying):
        world.advance(START_MS + 10 * MINUTE_MS, [cashier])

    assert paying.state(L2).burned - free.state(L2).burned == cashier.posting_wei > 0


@pytest.mark.parametrize("l2", ROLLUPS, ids=lambda rules: rules.name)
def test_the_world_asks_the_chain_when_a_delivery_is_proved(l2: ChainRules) -> None:
    world = _world(ETHEREUM_TODAY, l2)

    assert world.finality_ms(L2) == l2.level("safe").usual_ms(l2.interval_ms) + 30_000
    assert world.finality_ms(L1) == 2 * 32 * 12_000 + 30_000


@pytest.mark.parametrize("l2", ROLLUPS, ids=lambda rules: rules.name)
def test_a_copy_of_the_world_lives_the_same_future_on_every_rollup(l2: ChainRules) -> None:
    world = _world(ETHEREUM_TODAY, l2)
    world.advance(START_MS + 2 * MINUTE_MS)
    twin = world.fork()
    for each in (twin, world):
        each.advance(START_MS + 5 * MINUTE_MS)

    assert twin.state(L2).totals() == world.state(L2).totals()
    assert twin.state(L2).answer == world.state(L2).answer
    assert [list(twin.chain(name).recent) for name in (L1, L2)] == [list(world.chain(name).recent) for name in (L1, L2)]
