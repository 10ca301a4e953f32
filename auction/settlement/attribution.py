"""Why a fill failed, and whose fault it is.

A solver answers for the first breach of the settlement policy. Whether the breach made the difference is asked of the
world itself: restored to the instant of the award and lived through again with the policy followed. Without a breach
the environment is the cause, and nobody is punished.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from auction.settlement.executor import Executor, Run
from auction.settlement.plan import Plan
from intents.lifecycle import Cause
from venues.world import World

REPLAY_STEP_MS: Final = 10_000
"""A but-for replay looks this often whether everything is decided."""

REPLAY_MARGIN_MS: Final = 60_000
"""Time after the deadline that a but-for replay goes on."""

_CODES: Final = {
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
        self._world = world
        self._executor = executor
        self._plans = tuple(plans)

    @cached_property
    def landed(self) -> frozenset[str]:
        """Fills that land when everybody follows the policy: the instant is lived through again, once."""
        world, executor = self._world.fork(), self._executor.fork()
        for plan in self._plans:
            executor.start(plan, settles=True, world=world)
        names = {plan.terms.fill_id for plan in self._plans}
        latest = max(plan.delivery.deadline_ms for plan in self._plans)
        while world.now_ms < latest + REPLAY_MARGIN_MS and not all(executor.run(name).is_over for name in names):
            world.advance(world.now_ms + REPLAY_STEP_MS, [executor])
        return frozenset(name for name in names if executor.run(name).delivered_ms)


def attribute(run: Run, restored: Restored | None) -> Verdict:
    """Return the verdict on a failed fill; `restored` is needed where the solver did not follow the policy."""
    terms = run.plan.terms
    breach = _breach(run)
    if breach is None:
        code = run.failed.partition(":")[0]
        cause = _CODES.get(code, Cause.REVERTED)
        return Verdict(
            fill_id=terms.fill_id,
            intent_id=terms.intent_id,
            solver=terms.solver,
            cause=cause,
            responsible="environment",
            but_for=False,
            detail=run.failed,
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
    if run.failed.startswith(f"undercollateralised: {run.plan.terms.solver} lacks "):
        return f"it could not back what it had promised: {run.failed}"
    return None
