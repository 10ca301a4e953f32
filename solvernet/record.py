"""What a run leaves for its report: the course of prices and fees, and the critical operations of oracles and expiry.

It watches; nothing depends on it.
"""

from dataclasses import dataclass, field
from typing import Final

from intents.assets import OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.lifecycle import Cause
from intents.options import parse_expiry, parse_series
from risk.stability import Operation
from venues.chain_state import ChainState
from venues.chains.produced import Produced
from venues.chains.transaction import Log
from venues.oracles.twap import EXPIRY_WINDOW_MS
from venues.world import World

SAMPLE_MS: Final = 60_000
"""Time between two samples of the course, and between two checks of each oracle."""

ORACLE_TOLERANCE_PPM: Final = 20_000
"""An answer further from the true price than this is not a good one."""

FRESH_MS: Final = 1_800_000
"""A wrong answer older than this is stale; a younger one is mispriced."""

EXPIRY_GRACE_MS: Final = 900_000
"""Time after expiry within which a settlement is in time."""

EXPIRY_TOLERANCE_PPM: Final = 10_000
"""Largest error of a settlement price, against the true mean of the half hour before."""


@dataclass(slots=True)
class ChainCourse:
    """Samples of one chain."""

    time_ms: list[int] = field(default_factory=list)
    gas_p60_gwei: list[float] = field(default_factory=list)
    gas_p90_gwei: list[float] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    answer: list[float] = field(default_factory=list)
    lag_s: list[float] = field(default_factory=list)
    """Age of what the oracle's answer says."""

    true_price: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Restitution:
    """What an owner got back whose delivery was undone after it was paid for; amounts in USDC base units."""

    fill_id: str
    solver: str
    solver_cash: int
    reserve_cash: int
    missing_cash: int
    fee_cash: int = 0
    """Fee that the house gave back."""
    """What nobody could give back."""


class Recorder:
    """Watches the chains of one run."""

    def __init__(self, world: World) -> None:
        self.courses = {chain: ChainCourse() for chain in world.chain_ids}
        self.operations: list[Operation] = []
        self._restitutions: dict[str, Restitution] = {}
        self._next_ms = dict.fromkeys(world.chain_ids, world.now_ms)
        self._expiries: dict[str, set[int]] = {chain: set() for chain in world.chain_ids}

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:
        """Take a sample if it is time, and note settled expiries and restitutions."""
        for log in (log for receipt in produced.undone for log in receipt.logs if log.name == "Restituted"):
            self._restitutions.pop(str(log.get("fill")), None)
        for log in (log for receipt in produced.receipts for log in receipt.logs):
            if log.name == "Expired":
                self._expired(world, chain_id, str(log.get("expiry")), int(log.get("price")))
            elif log.name == "Restituted":
                self._restituted(log)
        if world.now_ms >= self._next_ms[chain_id]:
            self._next_ms[chain_id] = world.now_ms - world.now_ms % SAMPLE_MS + SAMPLE_MS
            self._sample(world, chain_id, produced)

    @property
    def restitutions(self) -> tuple[Restitution, ...]:
        """All restitutions so far."""
        return tuple(self._restitutions.values())

    def unsettled(self, world: World) -> None:
        """Note the expiries that are due and were not settled by the end."""
        for chain_id in world.chain_ids:
            for expiry in world.state(chain_id).clearing.expired(world.now_ms):
                weight = open_interest(world.state(chain_id), expiry, world.truth.price(expiry))
                self._note_expiry(chain_id, expiry, weight, Cause.LATE)

    def _sample(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:
        state, course, now_ms = world.state(chain_id), self.courses[chain_id], world.now_ms
        summary, true = produced.summary, world.truth.price(world.now_ms)
        course.time_ms.append(now_ms)
        course.gas_p60_gwei.append(max(summary.p60_wei, summary.base_fee_wei) / 1e9)
        course.gas_p90_gwei.append(max(summary.p90_wei, summary.base_fee_wei) / 1e9)
        course.waiting.append(summary.waiting)
        course.answer.append(state.answer.price / PRICE_UNIT)
        course.lag_s.append((now_ms - state.answer.observed_ms) / 1000)
        course.true_price.append(true / PRICE_UNIT)
        weight = open_interest(state, None, true)
        if not weight:
            return
        error_ppm = abs(state.answer.price - true) * 1_000_000 // true
        good = error_ppm <= ORACLE_TOLERANCE_PPM
        old = now_ms - state.answer.observed_ms > FRESH_MS
        self.operations.append(
            Operation(
                kind="oracle_update",
                name=f"{chain_id}@{now_ms}",
                due_ms=now_ms,
                weight=weight,
                good=weight if good else 0,
                cause=None if good else Cause.STALE if old else Cause.MISPRICED,
            )
        )

    def _expired(self, world: World, chain_id: str, label: str, price: int) -> None:
        expiry = parse_expiry(label)
        steps = range(expiry - EXPIRY_WINDOW_MS, expiry, SAMPLE_MS)
        true = sum(world.truth.price(time) for time in steps) // len(steps)
        late = world.now_ms > expiry + EXPIRY_GRACE_MS
        wrong = abs(price - true) * 1_000_000 > EXPIRY_TOLERANCE_PPM * true
        cause = Cause.LATE if late else Cause.MISPRICED if wrong else None
        done = world.state(chain_id).clearing.settlements
        settled = next(item for item in reversed(done) if item.expiry_ms == expiry)
        self._note_expiry(chain_id, expiry, max(settled.paid, 1), cause)

    def _restituted(self, log: Log) -> None:
        own, reserve, missing = (int(log.get(name)) for name in ("solver_cash", "reserve_cash", "missing_cash"))
        fee = int(dict(log.fields).get("fee_cash", 0))
        found = Restitution(str(log.get("fill")), str(log.get("solver")), own, reserve, missing, fee)
        self._restitutions[found.fill_id] = found

    def _note_expiry(self, chain_id: str, expiry: int, weight: int, cause: Cause | None) -> None:
        if expiry in self._expiries[chain_id] or not weight:
            return
        self._expiries[chain_id].add(expiry)
        self.operations.append(
            Operation(
                kind="exercise",
                name=f"{chain_id}:{expiry}",
                due_ms=expiry,
                weight=weight,
                good=0 if cause else weight,
                cause=cause,
            )
        )


def open_interest(state: ChainState, expiry_ms: int | None, price: int) -> int:
    """Return the notional of open options on a chain, of one expiry or of all, in USDC base units."""
    held = state.clearing.open_interest()
    quantity = sum(q for symbol, q in held.items() if expiry_ms in {None, parse_series(symbol).expiry_ms})
    return quantity * price * USDC_UNIT // (OPTION_UNIT * PRICE_UNIT)
