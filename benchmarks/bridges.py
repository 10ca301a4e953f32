"""Bridges: time and cost of 100 transfers each way through each kind, between Ethereum and an OP Stack chain.

Ours is the median time of a transfer of 1,000 dollars from the block of its sending to that of its payment, in minutes;
the peer is the time that the rules of the real thing promise. The note has the 95th percentile and the mean cost: the
fee, and the gas of the sender and of those who carry the transfer across.

Others' demand keeps blocks of the L1 half full at about one gwei; the rollup is at its least base fee, so that what
counts there is the posting of data. Ether is at 3,000 dollars. All three are assumed.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from immutables import Map

from benchmarks.bridge_ends.kinds import (
    L1,
    L2,
    MINUTE_MS,
    SECOND_MS,
    canonical,
    fast,
    light_client,
    liquidity,
    optimistic,
)
from benchmarks.harness import Row, main
from intents.assets import ETH_UNIT, PRICE_UNIT, USDC_UNIT
from venues.bridges import (
    AnyPort,
)
from venues.bridges.agents import Carrier, Proposer, Relayer, Watcher
from venues.bridges.agents.beat import Beat
from venues.bridges.canonical import DEPOSIT_CONFIRMATIONS
from venues.bridges.optimistic import LIVENESS_MS
from venues.calls.upkeep import BridgeOut
from venues.chain_state import ChainState
from venues.chains.background import Demand, DemandStep
from venues.chains.chain import Chain
from venues.chains.presets import ETHEREUM_TODAY, OP_STACK
from venues.chains.produced import Produced
from venues.clearing import Account, ClearingHouse
from venues.errand import Errand, priced
from venues.escrow import Escrow
from venues.passages import RelayRules
from venues.price_path import PricePath
from venues.pricing.smile import FLAT
from venues.truth import StepPath, Truth
from venues.view import Agent, Offer, View
from venues.world import World

START_MS: Final = 1_780_272_023_000
"""1 June 2026: the start of a slot."""

DAY_MS: Final = 1_440 * MINUTE_MS
ETHER_PRICE: Final = 3_000 * PRICE_UNIT
CASH: Final = 1_000 * USDC_UNIT
SPACING_MS: Final = 73 * SECOND_MS
"""Between two sendings: transfers meet epochs and batches at every phase."""

BUSY: Final = DemandStep(0, 57.0, 1.0, 0.3, (0.45, 0.27, 0.18, 0.10), premium=0.3, rush=3.0)
QUIET: Final = DemandStep(0, 0.0, 1.0, 0.0, (1.0, 0.0, 0.0, 0.0))
BEAT: Final = Beat(bridge="bridge", chains=(L1, L2), period_ms=12 * SECOND_MS)
RUNNERS: Final = ("carrier", "relayer", "proposer", "watcher")

Ends = Callable[[str], AnyPort]


@dataclass(frozen=True, slots=True)
class Crossing:
    """One row: a kind of bridge crossed one way."""

    name: str
    ends: Ends
    agents: tuple[Agent, ...]
    source: str
    promised_ms: int
    """What the rules of the real thing say."""

    longest_ms: int
    """Time after the last sending within which all have arrived."""

    @property
    def target(self) -> str:
        """Where transfers arrive."""
        return L2 if self.source == L1 else L1


def crossings() -> Iterator[Crossing]:
    """Yield all rows, the quickest kinds first."""
    parties: dict[str, tuple[Agent, ...]] = {
        "fast": (Relayer(name="relayer", beat=BEAT),),
        "proofs": (Carrier(name="carrier", beat=BEAT),),
        "trust": (Proposer(name="proposer", beat=BEAT), Watcher(name="watcher", beat=BEAT)),
    }
    final_ms = {L1: 16 * MINUTE_MS, L2: 22 * MINUTE_MS}
    for source, way in ((L1, "to the rollup"), (L2, "to Ethereum")):
        quick_ms = (20 if source == L1 else 8) * SECOND_MS
        proven_ms = final_ms[source] + 10 * MINUTE_MS
        yield Crossing(f"fast, {way}", fast, parties["fast"], source, quick_ms, 60 * MINUTE_MS)
        yield Crossing(f"liquidity, {way}", liquidity, (), source, 120 * SECOND_MS, 60 * MINUTE_MS)
        yield Crossing(f"light client, {way}", light_client, parties["proofs"], source, proven_ms, 180 * MINUTE_MS)
        yield Crossing(f"optimistic, {way}", optimistic, parties["trust"], source, LIVENESS_MS, 180 * MINUTE_MS)
    deposit_ms = DEPOSIT_CONFIRMATIONS * 12 * SECOND_MS
    yield Crossing("canonical, to the rollup", canonical, (), L1, deposit_ms, 60 * MINUTE_MS)
    yield Crossing("canonical, to Ethereum", canonical, parties["proofs"], L2, 7 * DAY_MS, 8 * DAY_MS)


@dataclass(frozen=True, slots=True)
class Sender:
    """Somebody who sends one transfer after another."""

    source: str
    count: int
    name: str = "sender"

    def next_ms(self, now_ms: int) -> int:
        """Return the time of the next sending, the first an epoch after the start."""
        first_ms = START_MS + 30 * MINUTE_MS
        return max(first_ms, now_ms + SPACING_MS)

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Send one transfer, until all are sent."""
        place = (now_ms - START_MS - 30 * MINUTE_MS) // SPACING_MS
        if place >= self.count:
            return ()
        call = BridgeOut(bridge="bridge", account=f"user.{place}", cash=CASH)
        errand = Errand(name=str(place), chain=self.source, call=call)
        return (Offer(self.source, priced(errand, self.name, view.chain(self.source), None, now_ms)),)


@dataclass
class Stopwatch:
    """Notes when each user has sent and received, and what gas cost."""

    crossing: Crossing
    left: dict[str, int] = field(default_factory=dict)
    took_ms: list[int] = field(default_factory=list)
    gas_wei: int = 0

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:
        """Look at a block."""
        for receipt in produced.receipts:
            if receipt.sender in {*RUNNERS, "sender"}:
                self.gas_wei += receipt.cost_wei
            for log in receipt.logs:
                if log.name == "Bridged":
                    self.left[str(log.get("account"))] = receipt.block.time_ms
        if chain_id == self.crossing.target:
            clearing, block_ms = world.state(chain_id).clearing, produced.summary.time_ms
            for user in [user for user in self.left if clearing.account(user).cash > 0]:
                self.took_ms.append(block_ms - self.left.pop(user))


def world_of(crossing: Crossing, count: int) -> World:
    """Return Ethereum and the rollup on it, with the bridge and those who run it."""
    path = PricePath(start_ms=START_MS, step_ms=DAY_MS, bars=[ETHER_PRICE] * 2, vols=[0.0], seed=(1, "price"))
    chains = [
        Chain(
            id=name,
            rules=rules,
            state=_state(name, crossing.ends(name)),
            demand=Demand((step,), MINUTE_MS),
            seed=(1, name),
            start_ms=START_MS,
            settles_on=settles_on,
        )
        for name, rules, step, settles_on in ((L1, ETHEREUM_TODAY, BUSY, None), (L2, OP_STACK, QUIET, L1))
    ]
    return World(
        chains=chains,
        agents=(*crossing.agents, Sender(crossing.source, count)),
        truth=Truth(path, StepPath(START_MS, DAY_MS, (0.6,)), FLAT),
        relay=RelayRules(proof_level={L1: "final", L2: "final"}, proof_delay_ms=0),
        start_ms=START_MS,
    )


def _state(chain: str, port: AnyPort) -> ChainState:
    accounts = dict.fromkeys(RUNNERS, Account(10**6 * USDC_UNIT))
    return ChainState(
        chain=chain,
        clearing=ClearingHouse(accounts=Map(accounts)),
        escrow=Escrow(),
        venues=Map(),
        bridges=Map({"bridge": port}),
        wallets=Map(dict.fromkeys((*RUNNERS, "sender"), 1_000 * ETH_UNIT)),
    )


def crossed(crossing: Crossing, count: int) -> Row:
    """Return the row of one kind of bridge crossed one way."""
    world, watch = world_of(crossing, count), Stopwatch(crossing)
    source = world.chain(crossing.source)
    clearing = source.state.clearing
    for place in range(count):
        clearing = clearing.change(f"user.{place}", cash=CASH)
    source.state = replace(source.state, clearing=clearing)
    until_ms = START_MS + 30 * MINUTE_MS + count * SPACING_MS + crossing.longest_ms
    while len(watch.took_ms) < count and world.now_ms < until_ms:
        world.advance(min(world.now_ms + 30 * MINUTE_MS, until_ms), [watch])
    took = sorted(watch.took_ms)
    received = sum(world.state(crossing.target).clearing.account(f"user.{place}").cash for place in range(count))
    fees = (count * CASH - received) / USDC_UNIT / count
    gas = watch.gas_wei * ETHER_PRICE / (ETH_UNIT * PRICE_UNIT) / count
    median, p95 = (took[math.ceil(share * len(took)) - 1] / MINUTE_MS for share in (0.5, 0.95))
    promised = crossing.promised_ms / MINUTE_MS
    note = f"minutes; {len(took)} of {count} arrived, 95 % within {p95:,.1f}; fee {fees:.2f}, gas {gas:.2f} dollars"
    return Row(crossing.name, median, promised, median / promised, note)


def measure(quick: bool) -> Sequence[Row]:
    """Return a row for each kind and way; `quick` sends ten transfers and leaves out the week to Ethereum."""
    count = 10 if quick else 100
    run = partial(crossed, count=count)
    return [run(crossing) for crossing in crossings() if not quick or crossing.longest_ms < DAY_MS]


if __name__ == "__main__":
    main("bridges", measure, __doc__)
