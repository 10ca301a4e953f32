"""A mined or a slotted L1 with a rollup that posts to it, and a batcher."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from immutables import Map

from tests.venues.small_world import GAS, L1, L2, START_MS, chain_state, truth
from venues.chain_state import ChainState
from venues.chains.background import Demand, DemandStep
from venues.chains.chain import Chain
from venues.chains.presets import ETHEREUM_TODAY, OP_STACK, ChainRules
from venues.faults import NO_FAULTS, Faults
from venues.rollups.batcher import Batcher, BatcherRules
from venues.rollups.inbox import Inbox
from venues.view import Agent
from venues.world import RelayRules, World

LIGHT: Final = DemandStep(0, 6.0, 0.01, 0.5, (0.30, 0.25, 0.30, 0.15))
"""A rollup's demand: some six transactions a second."""

NOBODY: Final = DemandStep(0, 0.0, 1.0, 0.1, (1.0, 0.0, 0.0, 0.0))
BATCHER: Final = "batcher"


def funded(state: ChainState, *names: str) -> ChainState:
    """Return a state in which some more can pay for gas."""
    return replace(state, wallets=state.wallets.update(dict.fromkeys(names, GAS)))


def l1_state(*rollups: str) -> ChainState:
    """Return the state of an L1 with the contracts of rollups."""
    return replace(funded(chain_state(L1), BATCHER), inboxes=Map(dict.fromkeys(rollups, Inbox())))


def chain_of(
    state: ChainState, rules: ChainRules, step: DemandStep = NOBODY, settles_on: str | None = None
) -> Chain[ChainState]:
    """Return a chain under the same demand all the time."""
    return Chain(
        id=state.chain,
        rules=rules,
        state=state,
        demand=Demand((step,), 600_000),
        seed=(1, state.chain),
        start_ms=START_MS,
        settles_on=settles_on,
    )


def batcher(interval_ms: int = 120_000, **rules: object) -> Batcher:
    """Return the batcher of the rollup."""
    return Batcher(name=BATCHER, rollup=L2, l1=L1, rules=BatcherRules(interval_ms=interval_ms, **rules))  # type: ignore[arg-type]


def rollup_world(
    agents: Sequence[Agent],
    *,
    l1: ChainRules = ETHEREUM_TODAY,
    l2: ChainRules = OP_STACK,
    load: DemandStep = NOBODY,
    faults: Faults = NO_FAULTS,
) -> World:
    """Return an L1 under some load with one rollup on it."""
    chains = [
        chain_of(l1_state(L2), l1, load),
        chain_of(chain_state(L2), l2, LIGHT, settles_on=L1),
    ]
    relay = RelayRules(proof_level={L1: "safe", L2: "safe"}, proof_delay_ms=0)
    return World(chains=chains, agents=agents, truth=truth(140.0), relay=relay, start_ms=START_MS, faults=faults)
