"""Why the time of a step ran out: a chain stood still, gas was above the cap, the pool gave it up, or time alone.

A chain that was away for a moment is not the cause of whatever follows. It is the cause if it took at least half of
the time that the step had, or half of all the time since the award, with the steps before it.
"""

from collections.abc import Iterator, Sequence

from auction.settlement.plan import CRITICAL
from auction.settlement.sending import Sending
from venues.world import World


def overdue(world: World, steps: Sequence[Sending], late: Sending, award_ms: int, *, is_too_dear: bool) -> str:
    """Return the code and the detail of why a step is overdue now.

    Args:
        world: As it is.
        steps: All steps of the plan, in order.
        late: The one that is overdue.
        award_ms: When the plan began.
        is_too_dear: Whether the step was tried, and costs more now than is ever offered for it.
    """
    reason = stopped(world, steps, late, award_ms)
    if reason is not None:
        return reason
    if is_too_dear:
        return "uneconomic: gas rose above the cap"
    if late.status == "waiting" and late.version:
        return "dropped: the pool gave it up and did not take it again"
    if late.last_private:
        return "late: no builder who had it included it before the deadline"
    return "late: not included before the deadline" if late.attempts else "late: not sent in time"


def stopped(world: World, steps: Sequence[Sending], late: Sending, award_ms: int) -> str | None:
    """Return the code and the detail if a chain that stood still took half of the last wait, or of all the time."""
    waits = list(_waits(world, steps, late, award_ms))
    lost = [(world.chain(chain).down_ms(from_ms, until_ms), chain) for chain, from_ms, until_ms in waits]
    chain, from_ms, until_ms = waits[-1]
    most = max(lost)[1] if 2 * sum(ms for ms, _ in lost) >= until_ms - award_ms > 0 else None
    blamed = chain if 2 * lost[-1][0] >= until_ms - from_ms > 0 else most
    return f"halted: {blamed} made no blocks for most of the time" if blamed else None


def _waits(world: World, steps: Sequence[Sending], late: Sending, award_ms: int) -> Iterator[tuple[str, int, int]]:
    """Yield on which chain the plan waited, from when and until when; the last wait is that of the step itself.

    A delivery that was never tried waited for its lock to be confirmed at home.
    """
    since_ms = award_ms
    for step in steps:
        if step is late:
            break
        if step.block is not None and step.step.kind in CRITICAL:
            yield step.block.chain, since_ms, step.block.time_ms
            since_ms = step.block.time_ms
            if late.step.kind == "deliver" and not late.attempts:
                yield step.block.chain, since_ms, world.now_ms
                return
    yield late.step.chain, since_ms, world.now_ms
