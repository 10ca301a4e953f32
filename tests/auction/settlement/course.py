"""Two chains on which plans are carried out: home mines blocks for gas prices, the other chain is a rollup."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from auction.settlement.executor import Executor
from auction.settlement.plan import Plan, make_plan
from auction.settlement.policy import SettlementPolicy
from solvers.bid import BidFill
from tests.venues.calls.stage import orders, state, terms
from tests.venues.small_world import L1, L2, QUIET, START_MS, truth
from venues.calls.fill_terms import FillTerms
from venues.chain_state import ChainState
from venues.chains.background import Demand, DemandStep
from venues.chains.chain import Chain
from venues.chains.presets import ETHEREUM_2020, ROLLUP_2S, ChainRules
from venues.chains.produced import Produced
from venues.chains.transaction import Receipt
from venues.faults import Fault, Faults
from venues.markets.venue import Order
from venues.passages import RelayRules
from venues.snapshot import Snapshot, view_chain
from venues.world import World

POLICY: Final = SettlementPolicy(
    quantile=0.6,
    window_blocks=10,
    premium_percent=110,
    bump_after_blocks=2,
    cap_percent=200,
    base_fee_headroom_percent=300,
    tip_wei=10_000_000,
    delivery_window_ms=240_000,
    send_window_ms=30_000,
    claim_window_ms=7_200_000,
    inclusion_p99_ms=1_200_000,
)
PROOF_DELAY_MS: Final = 30_000

STEADY: Final = replace(ETHEREUM_2020, random_intervals=False, interval_ms=10_000)
"""Proof of work with a block every ten seconds sharp."""

STORM: Final = DemandStep(START_MS + 5_000, 200.0, 50.0, 0.1, (1.0, 0.0, 0.0, 0.0))
"""Four times what a block holds, at fifty times the price, from the first seconds on."""


def chain(made: ChainState, rules: ChainRules, steps: Sequence[DemandStep], seed: int = 1) -> Chain[ChainState]:
    """Return a chain at its start, with demand in steps."""
    demand = Demand(tuple(steps), 600_000)
    return Chain(id=made.chain, rules=rules, state=made, demand=demand, seed=(seed, made.chain), start_ms=START_MS)


def world(
    *,
    home: ChainRules = STEADY,
    away: ChainRules = ROLLUP_2S,
    home_steps: Sequence[DemandStep] = (QUIET,),
    seed: int = 1,
    states: Sequence[ChainState] = (),
    faults: Sequence[Fault] = (),
) -> World:
    """Return both chains at rest, or home under a load; `states` replace what they hold."""
    first, second = states or (state(L1), state(L2))
    return World(
        chains=[chain(first, home, home_steps, seed), chain(second, away, (QUIET,), seed)],
        agents=(),
        truth=truth(140.0),
        relay=RelayRules(proof_level={L1: "safe", L2: "safe"}, proof_delay_ms=PROOF_DELAY_MS),
        start_ms=START_MS,
        faults=Faults(tuple(faults)),
    )


def snapshot(scene: World) -> Snapshot:
    """Return the world as solvers see it."""
    views = [view_chain(scene.state(name), POLICY.expected_price(scene.chain(name)), ()) for name in scene.chain_ids]
    return Snapshot(time_ms=scene.now_ms, ether_price=scene.truth.price(scene.now_ms), chains=tuple(views))


def plan(
    scene: World,
    owed: FillTerms | None = None,
    *,
    sent: tuple[Order, ...] | None = None,
    after: tuple[str, ...] = (),
    policy: SettlementPolicy = POLICY,
) -> Plan:
    """Return the plan of a fill awarded now; by default of two puts, delivered at home."""
    owed = owed or terms()
    fill = BidFill(
        intent_id=owed.intent_id,
        quantity=owed.quantity,
        debit=owed.debit,
        chain=owed.chain,
        legs=dict(owed.legs),
        orders=orders(owed) if sent is None else sent,
    )
    deadlines = policy.deadlines(scene, scene.now_ms, owed.home, owed.chain)
    return make_plan(owed, fill, snapshot(scene), deadlines, after)


def live(scene: World, executor: Executor, seconds: int) -> None:
    """Let the world live on with the executor watching."""
    scene.advance(scene.now_ms + seconds * 1000, [executor])


class Witness:
    """Somebody who remembers every receipt."""

    def __init__(self) -> None:
        self.receipts: list[Receipt] = []

    def on_block(self, scene: World, chain_id: str, produced: Produced[ChainState]) -> None:
        """Remember the receipts of a block."""
        self.receipts.extend(produced.receipts)

    def landed(self, step: str) -> list[Receipt]:
        """Return the receipts of all transactions that were sent for a step and went through."""
        return [r for r in self.receipts if r.transaction_id.startswith(f"{step}#") and r.status == "success"]
