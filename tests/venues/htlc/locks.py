"""A lock on each of two chains, and blocks to act on it in."""

from dataclasses import replace
from typing import Final

from intents.assets import ETH_UNIT, USDC, USDC_UNIT
from tests.venues.small_world import L1, L2, START_MS, chain_state
from venues.chain_state import ChainState
from venues.chains.transaction import Applied, Block, Call, Reverted
from venues.htlc.calls import OpenLock
from venues.htlc.lock import LockTerms, Side, hash_of
from venues.htlc.timelocks import Schedule, Timelocks

SECRET: Final = "5e" * 32
MAKER, TAKER, STRANGER = "trader", "solver", "user"
DEPOSIT: Final = ETH_UNIT // 100

SOURCE_STAGES: Final = Timelocks(
    withdrawal_ms=10_000, public_withdrawal_ms=20_000, cancellation_ms=30_000, public_cancellation_ms=40_000
)
DESTINATION_STAGES: Final = Timelocks(withdrawal_ms=10_000, public_withdrawal_ms=20_000, cancellation_ms=30_000)

SCHEDULE: Final = Schedule(
    source=SOURCE_STAGES, destination=DESTINATION_STAGES, lock_from_ms=0, lock_until_ms=60_000, revealed_by_ms=90_000
)


def lock_terms(side: Side = "source") -> LockTerms:
    """Return terms of a lock of a thousand dollars."""
    return LockTerms(
        id="swap",
        side=side,
        hash=hash_of(SECRET),
        maker=MAKER,
        taker=TAKER,
        asset=USDC,
        amount=1_000 * USDC_UNIT,
        deposit_wei=DEPOSIT,
        schedule=SCHEDULE,
    )


def opening(side: Side = "source", **changes: object) -> OpenLock:
    """Return the call that opens a lock."""
    call = OpenLock(
        terms=lock_terms(side),
        deadline_ms=START_MS + 60_000,
        source_cancellation_ms=START_MS + 90_000 if side == "destination" else None,
    )
    return replace(call, **changes)  # type: ignore[arg-type]


def block(side: Side, time_ms: int) -> Block:
    """Return a block of the chain that a side is on."""
    return Block(L1 if side == "source" else L2, 1, time_ms)


def before(side: Side) -> ChainState:
    """Return the chain that a side is on, before the lock."""
    return chain_state(L1 if side == "source" else L2)


def after(state: ChainState, call: Call[ChainState], at: Block) -> ChainState:
    """Return the state after a call that goes through."""
    outcome = call.apply(state, at)
    assert isinstance(outcome, Applied), outcome
    return outcome.state


def reason(state: ChainState, call: Call[ChainState], at: Block) -> str:
    """Return the code with which a call reverts; nothing if it goes through."""
    outcome = call.apply(state, at)
    return outcome.code if isinstance(outcome, Reverted) else ""


def locked(side: Side = "source") -> ChainState:
    """Return the chain with the lock opened at `START_MS`."""
    return after(before(side), opening(side), block(side, START_MS))
