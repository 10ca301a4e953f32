"""Why a fill failed, and whose fault it is.

A solver answers for the first breach of the settlement policy. Whether the breach made the difference is asked of the
world itself: restored to the instant of the award and lived through again with the policy followed. Without a breach
the environment is the cause, and nobody is punished.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal

from auction.settlement.executor import Executor
from auction.settlement.plan import Plan
from auction.settlement.run import Run
from intents.assets import ETH_UNIT, USDC_UNIT
from intents.lifecycle import Cause
from venues.world import World

REPLAY_STEP_MS: Final = 10_000
"""A but-for replay looks this often whether everything is decided."""

REPLAY_MARGIN_MS: Final = 60_000
"""Time after the deadline that a but-for replay goes on."""

REPLAY_UNDOING_MS: Final = 3_600_000
"""The same in a world that takes blocks back: there a delivery counts once it is proved, and that can take long."""

AMPLE: Final = 10**9
"""Dollars, and ether, that every winner holds on every chain in a but-for replay: to hold enough is policy."""

CAUSES: Final = {
    "late": Cause.LATE,
    "uneconomic": Cause.UNECONOMIC,
    "dropped": Cause.DROPPED,
    "slippage": Cause.SLIPPAGE,
    "no_liquidity": Cause.NO_LIQUIDITY,
    "stale": Cause.STALE,
    "undercollateralised": Cause.UNDERCOLLATERALISED,
    "halted": Cause.HALTED,
    "reorged": Cause.REORGED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Cause and responsibility of one failed fill."""

    fill_id: str
    intent_id: str
    solver: str
    cause: Cause
    responsible: Literal["solver", "environment"]
    but_for: bool
    """Whether the fill would have landed had the solver followed the policy; false where it did."""

    detail: str


class Restored:
    """The world and the executor at the instant of an award, before anything was sent, with all plans awarded then."""

    def __init__(self, world: World, executor: Executor, plans: Sequence[Plan]) -> None:
        """Take copies that nobody else advances; a replay works on copies of them."""
        self._world = world
        self._executor = executor
        self._plans = tuple(plan.by_policy for plan in plans)

    @cached_property
    def landed(self) -> frozenset[str]:
        """Fills that land when everybody follows the policy: the instant is lived through again, once."""
        world, executor = self._world.fork(), self._executor.fork()
        _endow(world, sorted({plan.terms.solver for plan in self._plans}))
        for plan in self._plans:
            executor.start(plan, settles=True, world=world)
        runs = [executor.run(plan.terms.fill_id) for plan in self._plans]
        latest = max(plan.delivery.deadline_ms for plan in self._plans)
        margin_ms = REPLAY_UNDOING_MS if _may_be_undone(world) else REPLAY_MARGIN_MS
        while world.now_ms < latest + margin_ms and not all(_is_decided(world, run) for run in runs):
            world.advance(world.now_ms + REPLAY_STEP_MS, [executor])
        return frozenset(run.plan.terms.fill_id for run in runs if run.delivered_ms)


def attribute(run: Run, restored: Restored | None, taken: int = 0) -> Verdict:
    """Return the verdict on a failed fill.

    Args:
        run: The fill.
        restored: The instant of its award; needed where the solver did not follow the policy.
        taken: What reorganisations took from the solver, in USDC base units, if that is all that it lacks.
    """
    terms = run.plan.terms
    breach = None if taken and run.settles and not run.plan.awarded else _breach(run)
    if breach is None:
        detail = f"reorged: {taken} was taken back from {terms.solver}, then {run.failed}" if taken else run.failed
        code = detail.partition(":")[0]
        cause = CAUSES.get(code, Cause.REVERTED)
        return Verdict(
            fill_id=terms.fill_id,
            intent_id=terms.intent_id,
            solver=terms.solver,
            cause=cause,
            responsible="environment",
            but_for=False,
            detail=detail,
        )
    return Verdict(
        fill_id=terms.fill_id,
        intent_id=terms.intent_id,
        solver=terms.solver,
        cause=Cause.SOLVER_FAULT,
        responsible="solver",
        but_for=restored is not None and terms.fill_id in restored.landed,
        detail=breach,
    )


def _breach(run: Run) -> str | None:
    """Return how the solver broke the policy, or `None`."""
    if not run.settles:
        return "it won and sent no transaction"
    if run.plan.awarded:
        return f"it sent something else than it was awarded: {run.failed}"
    if run.failed.startswith(f"undercollateralised: {run.plan.terms.solver} lacks "):
        return f"it could not back what it had promised: {run.failed}"
    return None


def _may_be_undone(world: World) -> bool:
    """Return whether anything is scheduled that can undo a delivery."""
    return any(fault.kind in {"reorg", "partition", "outage"} for fault in world.faults.schedule)


def _is_decided(world: World, run: Run) -> bool:
    """Return whether a fill has failed, or is delivered for good as far as anybody waits for."""
    block = run.sendings[run.plan.delivery.id].block
    if not run.delivered_ms or block is None or not _may_be_undone(world):
        return run.is_over
    return world.is_proved(block)


def _endow(world: World, solvers: Sequence[str]) -> None:
    """Give solvers as much as any promise can ask for."""
    for name in world.chain_ids:
        chain = world.chain(name)
        for solver in solvers:
            clearing = chain.state.clearing.change(solver, cash=AMPLE * USDC_UNIT, ether=AMPLE * ETH_UNIT)
            wallets = chain.state.wallets.set(solver, AMPLE * ETH_UNIT)
            chain.state = replace(chain.state, clearing=clearing, wallets=wallets)
