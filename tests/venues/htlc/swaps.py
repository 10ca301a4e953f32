"""Two quiet chains with short finality, and a swap of dollars on one against ether on the other."""

from dataclasses import replace
from typing import Final

from intents.assets import ETH_UNIT, USDC_UNIT
from tests.venues.htlc.locks import DEPOSIT, MAKER, SECRET, STRANGER, TAKER
from tests.venues.small_world import L1, L2, QUIET, START_MS, chain_state, make_chain, truth
from venues.chains.bidding import Bidding
from venues.chains.confirmation import Confirmation
from venues.chains.presets import ROLLUP_2S
from venues.faults import NO_FAULTS, Faults
from venues.htlc.completer import Completer
from venues.htlc.outcomes import Outcome, outcome
from venues.htlc.parties import SwapMaker, SwapTaker
from venues.htlc.swap import Holding, Swap, SwapRules, look
from venues.passages import RelayRules
from venues.view import Agent
from venues.world import World

QUICK: Final = replace(
    ROLLUP_2S,
    levels={
        "included": Confirmation(),
        "safe": Confirmation(delay_ms=10_000),
        "final": Confirmation(delay_ms=20_000),
    },
)
"""A block every two seconds, final after twenty."""

BIDDING: Final = Bidding(
    quantile=0.6,
    window_blocks=10,
    premium_percent=110,
    bump_after_blocks=3,
    cap_percent=200,
    base_fee_headroom_percent=300,
    tip_wei=10**7,
)
RULES: Final = SwapRules(
    bidding=BIDDING,
    levels={L1: "final", L2: "final"},
    period_ms=3_000,
    margin_percent=150,
    longest_ms=3_600_000,
)
SWAP: Final = Swap(
    id="swap",
    maker=MAKER,
    taker=TAKER,
    source=L1,
    destination=L2,
    given=Holding("USDC", 1_000 * USDC_UNIT),
    taken=Holding("ETH", 5 * ETH_UNIT),
    deposit_wei=DEPOSIT,
    secret=SECRET,
    start_ms=START_MS + 60_000,
    until_ms=START_MS + 120_000,
)
MAKES: Final = SwapMaker(name=MAKER, swaps=(SWAP,), rules=RULES)
TAKES: Final = SwapTaker(name=TAKER, swaps=(SWAP,), rules=RULES)
COMPLETES: Final = Completer(name=STRANGER, swaps=(SWAP,), rules=RULES)


def world(*agents: Agent, faults: Faults = NO_FAULTS) -> World:
    """Return two chains with some agents on them."""
    return World(
        chains=[make_chain(chain_state(chain), QUICK, QUIET) for chain in (L1, L2)],
        agents=agents,
        truth=truth(140.0),
        relay=RelayRules(proof_level={L1: "final", L2: "final"}, proof_delay_ms=0),
        start_ms=START_MS,
        faults=faults,
    )


def lived(*agents: Agent, minutes: int = 10, faults: Faults = NO_FAULTS) -> World:
    """Return the world after some minutes."""
    scene = world(*agents, faults=faults)
    scene.advance(START_MS + minutes * 60_000)
    return scene


def result(scene: World, swap: Swap = SWAP) -> Outcome:
    """Return what became of a swap."""
    return outcome(look(scene, swap))
