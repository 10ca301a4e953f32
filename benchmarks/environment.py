"""The execution environment against a node, a plain mempool and a plain copy.

An anvil node takes in and mines signed transfers through its RPC; our chain takes in and mines as many, drawn as
arrays like everybody else's traffic, and then as single transactions with nonces. The whole world of Black Thursday
lives through its window without auctions; its chains alone are compared with a mempool that is a heap of Python
objects. A world of four chains is forked and gone on with, against `copy.deepcopy`.
"""

import copy
import gc
import math
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Final

from immutables import Map

from benchmarks.environment_peers import anvil
from benchmarks.environment_peers.heap_pool import HeapPool
from benchmarks.harness import Row, main
from intents.assets import ETH_UNIT, PRICE_UNIT
from solvernet.build import build_world
from solvernet.scenario import Scenario, parse_scenario, scenario_text
from venues.chain_state import Answer, ChainState
from venues.chains.action_gas import TRANSFER_GAS
from venues.chains.background import GWEI, Demand, DemandStep
from venues.chains.chain import Chain
from venues.chains.intervals import interval_ms
from venues.chains.presets import ETHEREUM_TODAY
from venues.chains.transaction import Applied, Block, Transaction
from venues.clearing import ClearingHouse
from venues.escrow import Escrow
from venues.graph_generator import START_MS, GraphSize, generated_snapshot
from venues.price_path import PricePath
from venues.pricing.smile import FLAT
from venues.snapshot import Snapshot
from venues.truth import StepPath, Truth
from venues.world import RelayRules, World

PENDING: Final = 150
"""Transactions that wait for each block."""

SENDERS: Final = 10
HOUR_MS: Final = 3_600_000
SEED: Final = 7

DAY: Final = "black-thursday-v1"

CHAINS, VENUES, WAITING = 4, 40, 5_000


@dataclass(frozen=True, slots=True)
class Send:
    """Ether from one wallet to another."""

    source: str
    target: str

    @property
    def gas(self) -> int:
        """Gas of a transfer."""
        return TRANSFER_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState]:
        """Return the state after one wei has moved, in whatever block."""
        del block
        wallets = state.wallets
        moved = wallets.set(self.source, wallets[self.source] - 1)
        return Applied(replace(state, wallets=moved.set(self.target, moved.get(self.target, 0) + 1)))


def simulated_state(chain: str, snapshot: Snapshot | None = None) -> ChainState:
    """Return a chain's state with senders who can pay, and the venues of a made-up snapshot if there is one."""
    views = () if snapshot is None else tuple(view for view in snapshot.chains if view.chain == chain)
    return ChainState(
        chain=chain,
        clearing=ClearingHouse(),
        escrow=Escrow(),
        venues=Map({venue.id: venue for view in views for venue in view.venues}),
        bridges=Map({port.id: port for view in views for port in view.bridges}),
        wallets=Map({f"sender {place}": 10**6 * ETH_UNIT for place in range(SENDERS)}),
        answer=Answer(140 * PRICE_UNIT, START_MS, START_MS),
    )


def chain_of(rate_per_s: float, state: ChainState) -> Chain[ChainState]:
    """Return Ethereum of today with so many transfers of others a second."""
    step = DemandStep(0, rate_per_s, 20.0, 0.3, (1.0, 0.0, 0.0, 0.0))
    demand = Demand((step,), HOUR_MS)
    return Chain(id=state.chain, rules=ETHEREUM_TODAY, state=state, demand=demand, seed=(SEED, "c"), start_ms=START_MS)


def transfers(number: int, count: int) -> list[Transaction[ChainState]]:
    """Return the transfers of one block, each with its sender's next nonce."""
    sent = []
    for place in range(count):
        sender, nonce = place % SENDERS, (number * count + place) // SENDERS
        sent.append(
            Transaction(
                id=f"{number}.{place}",
                sender=f"sender {sender}",
                call=Send(f"sender {sender}", f"sender {(sender + 1) % SENDERS}"),
                max_fee_wei=30 * GWEI,
                tip_wei=GWEI + (7919 * place + number) % 10**9,
                submitted_ms=START_MS,
                nonce=nonce,
            )
        )
    return sent


def background_blocks(count: int) -> float:
    """Return how many blocks a second our chain makes of everybody else's transactions."""
    chain = chain_of(PENDING * 1000 / ETHEREUM_TODAY.interval_ms, simulated_state("eip155:1"))
    start = time.perf_counter()
    included = sum(chain.produce().summary.count for _ in range(count))
    taken = time.perf_counter() - start
    assert abs(included / count / PENDING - 1) < 0.02, f"{included / count} transactions a block"
    return count / taken


def named_blocks(count: int) -> float:
    """Return how many blocks a second our chain takes in and makes of single transactions."""
    chain = chain_of(0.0, simulated_state("eip155:1"))
    every = [transfers(number, PENDING) for number in range(count)]
    start = time.perf_counter()
    for some in every:
        for transaction in some:
            chain.submit(transaction)
        assert len(chain.produce().receipts) == PENDING, "a block is not full"
    return count / (time.perf_counter() - start)


def chains(quick: bool) -> list[Row]:
    """Return our blocks a second against those of anvil, each the best of three that take turns."""
    path = anvil.binary()
    count = 30 if quick else 100
    batches = anvil.blocks(3 * count + 5, PENDING) if path else []
    rates: list[list[float]] = []
    with anvil.running(path) if path else nullcontext() as node:
        if node:
            anvil.seconds(node, batches[:5], PENDING)
        for turn in range(3):
            mine = [background_blocks(1_000 if quick else 5_000), named_blocks(20 if quick else 100)]
            mined = batches[5 + turn * count :][:count]
            rates.append([*mine, count / anvil.seconds(node, mined, PENDING) if node else 0.0])
    *ours, peer = (max(some) for some in zip(*rates, strict=True))
    note = f"blocks a second, {PENDING} pending each; peer: anvil through its RPC, signed before, in batches"
    absent = "SKIPPED: anvil is neither in the variable ANVIL nor on the path; no ratio"
    return [
        Row(f"L1 blocks, {what}", mine, peer or None, mine / peer if peer else None, note if peer else absent)
        for what, mine in zip(("drawn as arrays", "single, with nonces and receipts"), ours, strict=True)
    ]


def days(quick: bool) -> list[Row]:
    """Return what the world of Black Thursday costs, and its chains alone, in seconds of one core."""
    scenario = parse_scenario(scenario_text(DAY), DAY)
    first, hours = (scenario.window.start + 12 * HOUR_MS, 4) if quick else (scenario.window.start, 48)
    # Short runs are taken twice, because the load of other processes weighs more on them.
    turns = range(2 if quick else 1)
    whole, made = min(world_seconds(scenario, first, hours) for _ in turns)
    starts_ms = [first + part * hours * HOUR_MS // 8 for part in range(8)]
    parts = [min(world_seconds(scenario, start_ms, hours / 8)[0] for _ in turns) for start_ms in starts_ms]
    exponent = math.log(whole / (sum(parts) / 8)) / math.log(8)
    alone, peer = chain_seconds(scenario, first, hours), heap_seconds(scenario, first, hours)
    real = hours * 3600
    title, blocks = f"Black Thursday, {hours} h", f"{made} blocks"
    return [
        Row(
            f"{title}, all of it", whole, real, real / whole, f"s of one core, {blocks}; peer: the real time; limit 60"
        ),
        Row(
            f"{title}, chains alone",
            alone,
            peer,
            peer / alone,
            f"s of one core, {blocks}; peer: heap of Python objects",
        ),
        Row(f"{title}, exponent of cost", exponent, 1.0, exponent, "over a factor of 8 in blocks; limit 1.1"),
    ]


def world_seconds(scenario: Scenario, start_ms: int, hours: float) -> tuple[float, int]:
    """Return what it costs to live through some hours without auctions, and the blocks that were made."""
    world = build_world(scenario, SEED, start_ms, {})
    before = sum(world.chain(name).number for name in world.chain_ids)
    taken = cpu_seconds(lambda: world.advance(start_ms + round(hours * HOUR_MS)))
    return taken, sum(world.chain(name).number for name in world.chain_ids) - before


def chain_seconds(scenario: Scenario, start_ms: int, hours: float) -> float:
    """Return what the same chains cost without anybody of the scenario on them."""
    world = build_world(scenario, SEED, start_ms, {})
    lonely = [world.chain(name).fork() for name in world.chain_ids]
    return cpu_seconds(lambda: [run_alone(chain, start_ms + round(hours * HOUR_MS)) for chain in lonely])


def run_alone(chain: Chain[ChainState], end_ms: int) -> int:
    """Make the blocks of a chain until an instant, and return how many transactions of others they took."""
    taken = 0
    while chain.next_block_ms <= end_ms:
        taken += chain.produce().summary.count
    return taken


def heap_seconds(scenario: Scenario, start_ms: int, hours: float) -> float:
    """Return what a heap of Python objects takes for the demand of the same chains, in as many blocks."""
    world = build_world(scenario, SEED, start_ms, {})
    made = [world.chain(name) for name in world.chain_ids]
    _check_heap(next(chain for chain in made if chain.rules.base_fee is None).fork())
    pools = [(HeapPool(chain.rules, chain._demand, SEED), chain) for chain in made]  # noqa: SLF001
    end_ms = start_ms + round(hours * HOUR_MS)
    return cpu_seconds(lambda: [_heap_blocks(pool, chain, end_ms) for pool, chain in pools])


def _check_heap(chain: Chain[ChainState]) -> None:
    """See that the heap takes as many transactions as a first-price chain, so that both do the same work."""
    end_ms = chain.time_ms + 4 * HOUR_MS
    heap, chained = _heap_blocks(HeapPool(chain.rules, chain._demand, SEED), chain, end_ms), run_alone(chain, end_ms)  # noqa: SLF001
    assert abs(heap / chained - 1) < 0.1, f"the heap took {heap} transactions, the chain {chained}"


def _heap_blocks(pool: HeapPool, chain: Chain[ChainState], end_ms: int) -> int:
    time_ms, number, taken = chain.next_block_ms, chain.number, 0
    while time_ms <= end_ms:
        number += 1
        elapsed_ms = interval_ms(pool.rules, (SEED, "heap"), number)
        time_ms += elapsed_ms
        taken += pool.block(time_ms, elapsed_ms)
    return taken


def busy_world() -> World:
    """Return four chains with forty venues and 5,000 single transactions that wait, behind as many of others."""
    snapshot = generated_snapshot(GraphSize(venues=VENUES, chains=CHAINS), SEED)
    names = [view.chain for view in snapshot.chains]
    truth = Truth(
        PricePath(start_ms=START_MS, step_ms=HOUR_MS, bars=[140 * PRICE_UNIT] * 2, vols=[0.0], seed=(SEED, "price")),
        StepPath(START_MS, HOUR_MS, (1.0,)),
        FLAT,
    )
    relay = RelayRules(proof_level=dict.fromkeys(names, "safe"), proof_delay_ms=30_000)
    made = [chain_of(12.5, simulated_state(name, snapshot)) for name in names]
    world = World(chains=made, agents=(), truth=truth, relay=relay, start_ms=START_MS)
    world.advance(START_MS + 60_000)
    for name in names:
        for transaction in transfers(0, WAITING // CHAINS):
            world.chain(name).submit(transaction)
    assert sum(world.chain(n).is_waiting(f"0.{i}") for n in names for i in range(WAITING // CHAINS)) == WAITING
    return world


def snapshots(quick: bool) -> list[Row]:
    """Return what it takes to keep a world and to go back to it, in milliseconds."""
    world = busy_world()
    times = 30 if quick else 200
    ours = best(lambda: world.fork().fork(), times) * 1000
    peer = best(lambda: copy.deepcopy(copy.deepcopy(world)), 1 if quick else 3) * 1000
    _check_restored(world)
    note = f"ms, less is better; {CHAINS} chains, {VENUES} venues, {WAITING} waiting; limit 5; peer: copy.deepcopy"
    return [Row("snapshot and restore of a world", ours, peer, peer / ours, note)]


def _check_restored(world: World) -> None:
    """See that a restored world goes on as the one that was kept would, whatever happens to others."""
    kept = world.fork()
    futures = []
    for _ in range(2):
        restored = kept.fork()
        restored.advance(restored.now_ms + 120_000)
        futures.append([(chain.recent[-1], chain.state) for chain in map(restored.chain, restored.chain_ids)])
    assert futures[0] == futures[1], "a restored world does not go on as the one that was kept"


def cpu_seconds(run: Callable[[], object]) -> float:
    """Return the time of the processor that one run takes."""
    gc.collect()
    start = time.process_time()
    run()
    return time.process_time() - start


def best(run: Callable[[], object], times: int) -> float:
    """Return the shortest of some runs, in seconds."""
    return min(cpu_seconds(run) for _ in range(times))


def measure(quick: bool) -> Sequence[Row]:
    """Return the rows of this benchmark."""
    return [*chains(quick), *snapshots(quick), *days(quick)]


if __name__ == "__main__":
    main("environment", measure, __doc__)
