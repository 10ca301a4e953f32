"""Ethereum and a rollup on it, both quiet, and one bridge of each kind between them."""

from dataclasses import replace
from typing import Final

from immutables import Map

from intents.assets import USDC_UNIT
from tests.venues.small_world import L1, L2, QUIET, RICH, START_MS, chain_state, make_chain, truth
from venues.bridges import (
    AnyPort,
    CanonicalPort,
    FastPort,
    Latency,
    LightClientPort,
    OptimisticPort,
    Till,
    Transfer,
    Wait,
)
from venues.bridges.agents import Carrier, Proposer, Relayer, Watcher
from venues.bridges.agents.beat import Beat
from venues.bridges.canonical import OP_STACK_EXIT, Exit
from venues.bridges.wait import SAFE
from venues.calls.upkeep import BridgeOut
from venues.chain_state import ChainState
from venues.chains.presets import ETHEREUM_TODAY, OP_STACK
from venues.chains.transaction import Transaction
from venues.faults import NO_FAULTS, Fault, Faults
from venues.passages import RelayRules
from venues.view import Agent, Offer
from venues.world import World

LOCKED: Final = 1_000_000 * USDC_UNIT
BOND: Final = 500 * USDC_UNIT
FEE_PPM: Final = 500
FIXED_FEE: Final = USDC_UNIT
BEAT: Final = Beat(bridge="bridge", chains=(L1, L2), period_ms=12_000)
PARTIES: Final = ("relayer", "proposer", "watcher", "carrier", "forger", "reserve.bridge")
HOUR_MS: Final = 3_600_000
LIVE_MS: Final = HOUR_MS // 2
VERDICT_MS: Final = HOUR_MS
ROLLUP: Final = replace(OP_STACK, sequencing=None)
"""An OP Stack chain that orders its blocks in one go, which is quicker to live through."""

QUICK_EXIT: Final = Exit(statement_ms=60_000, needs_proof=True, maturity_ms=7_000, game_ms=3_000, air_gap_ms=3_000)
"""Delays of seconds, for tests that do not ask how long."""


def till(chain: str, locked: int = LOCKED) -> Till:
    """Return the money of an end: USDC is at home on the L1."""
    return Till(is_home=chain == L1, cash=locked)


def peer(chain: str) -> str:
    """Return the other chain."""
    return L2 if chain == L1 else L1


def canonical(chain: str, leave: Exit = OP_STACK_EXIT) -> CanonicalPort:
    """Return an end of the rollup's own bridge."""
    deposits = chain == L1
    return CanonicalPort(
        id="bridge",
        chain=chain,
        peer=peer(chain),
        till=till(chain),
        wait=Wait(confirmations=4) if deposits else SAFE,
        carriage=Latency(median_ms=0 if deposits else leave.statement_ms),
        exit=leave,
    )


def fast(chain: str, cap: int = 10_000 * USDC_UNIT) -> FastPort:
    """Return an end of a fast bridge."""
    return FastPort(
        id="bridge",
        chain=chain,
        peer=peer(chain),
        till=till(chain),
        fee_ppm=FEE_PPM,
        fixed_fee=FIXED_FEE,
        relayer="relayer",
        cap=cap,
        confirmations=2 if chain == L1 else 1,
        reaction=Latency(median_ms=4_000),
    )


def light_client(chain: str) -> LightClientPort:
    """Return an end of a light-client bridge."""
    return LightClientPort(
        id="bridge",
        chain=chain,
        peer=peer(chain),
        till=till(chain),
        fee_ppm=FEE_PPM,
        fixed_fee=FIXED_FEE,
        carriage=Latency(median_ms=600_000),
    )


def optimistic(chain: str, cap: int = 100_000 * USDC_UNIT) -> OptimisticPort:
    """Return an end of an optimistic bridge with a liveness of half an hour and verdicts after an hour."""
    return OptimisticPort(
        id="bridge",
        chain=chain,
        peer=peer(chain),
        till=till(chain),
        fee_ppm=FEE_PPM,
        fixed_fee=FIXED_FEE,
        bond=BOND,
        cap=cap,
        confirmations=2 if chain == L1 else 1,
        reaction=Latency(median_ms=30_000),
        liveness_ms=LIVE_MS,
        verdict_ms=VERDICT_MS,
    )


def with_ends(first: AnyPort, second: AnyPort) -> dict[str, ChainState]:
    """Return both chains with the bridge between them, on which those who run it are rich."""
    states = {}
    for port in (first, second):
        state = chain_state(port.chain)
        for name in PARTIES:
            state = replace(state, clearing=state.clearing.change(name, cash=RICH.cash))
            state = replace(state, wallets=state.wallets.set(name, RICH.ether))
        states[port.chain] = replace(state, bridges=Map({"bridge": port}))
    return states


def world(first: AnyPort, second: AnyPort, agents: tuple[Agent, ...] = (), faults: Faults = NO_FAULTS) -> World:
    """Return the world in which they are."""
    states = with_ends(first, second)
    rules = {L1: ETHEREUM_TODAY, L2: ROLLUP}
    return World(
        chains=[make_chain(states[name], rules[name], QUIET) for name in (L1, L2)],
        agents=agents,
        truth=truth(140.0),
        relay=RelayRules(proof_level={L1: "final", L2: "final"}, proof_delay_ms=0),
        start_ms=START_MS,
        faults=faults,
    )


CARRIER: Final = Carrier(name="carrier", beat=BEAT)
RELAYER: Final = Relayer(name="relayer", beat=BEAT)
PROPOSER: Final = Proposer(name="proposer", beat=BEAT)
WATCHER: Final = Watcher(name="watcher", beat=BEAT)


def send(made: World, chain: str, dollars: int, name: str = "t") -> None:
    """Put a transfer of the trader into a pool."""
    call = BridgeOut(bridge="bridge", account="trader", cash=dollars * USDC_UNIT)
    sending = Transaction(id=name, sender="trader", call=call, max_fee_wei=10**11, tip_wei=10**9)
    made.submit(Offer(chain, sending))


def sent(dollars: int, name: str = "t", fee: bool = True) -> Transfer:
    """Return what the far end is told of a transfer of the trader."""
    cash = dollars * USDC_UNIT
    cost = FIXED_FEE + -(-cash * FEE_PPM // 1_000_000) if fee else 0
    return Transfer(id=name, account="trader", cash=cash - cost, fee=cost)


def gained(made: World, chain: str, account: str = "trader") -> int:
    """Return how much more cash somebody has on a chain than at the start."""
    return made.state(chain).clearing.account(account).cash - RICH.cash


def arrival_ms(made: World, chain: str, until_ms: int, account: str = "trader") -> int | None:
    """Return the time of the block in which somebody's cash on a chain first rose, living on until then."""
    start = gained(made, chain, account)
    while made.now_ms < until_ms:
        made.advance(min(made.chain(chain).next_block_ms, until_ms))
        if gained(made, chain, account) > start:
            return made.chain(chain).time_ms
    return None


def money(made: World) -> int:
    """Return all USDC of the world."""
    return sum(made.state(name).totals()[0] for name in made.chain_ids)


def halt(from_ms: int, until_ms: int) -> Faults:
    """Return a schedule that halts the bridge."""
    return Faults((Fault(id="halt", kind="bridge_halt", target="bridge", from_ms=from_ms, until_ms=until_ms),))
