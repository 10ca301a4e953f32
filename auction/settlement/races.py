"""Steps that can be made in several ways: the first to land wins, the others are taken back, and a chain makes one.

A way is tried once every way before it is closed. If one of those opens again while this one still waits in the pool,
both are on their way, and blocks decide. The guard in the call (`venues.calls.once`) sees to it that never two are
made, whatever becomes of the cancellation of the other.
"""

from auction.settlement.dispatch import Dispatch
from auction.settlement.plan import Step
from auction.settlement.run import Run
from auction.settlement.sending import Sending
from venues.calls.once import Once
from venues.calls.upkeep import BridgeOut
from venues.world import World

LOST = "another way was made first"


def bridge_of(step: Step) -> BridgeOut | None:
    """Return what a step sends over a bridge, if it does."""
    call = step.call.call if isinstance(step.call, Once) else step.call
    return call if isinstance(call, BridgeOut) else None


def is_closed(world: World, step: Step) -> bool:
    """Return whether a step leads over a bridge that takes nothing now: to try would only cost gas."""
    over = bridge_of(step)
    return over is not None and world.state(step.chain).bridges[over.bridge].halted


def is_its_turn(world: World, run: Run, sending: Sending) -> bool:
    """Return whether every way before this one is closed."""
    rivals = _group(run, sending.step.race)
    before = rivals[: rivals.index(sending)] if sending in rivals else []
    return all(is_closed(world, other.step) for other in before)


def end_races(world: World, run: Run, dispatch: Dispatch) -> None:
    """Take back, or never send, the ways of a step that has been made in another way."""
    for race in sorted({step.race for step in run.plan.steps if step.race}):
        rivals = _group(run, race)
        if not any(rival.status == "done" for rival in rivals):
            continue
        for rival in rivals:
            if rival.status == "waiting":
                rival.status, rival.reason = "failed", LOST
            elif rival.status == "sent" and not rival.is_cancelled:
                dispatch.cancel(world, rival, LOST)


def _group(run: Run, race: str) -> list[Sending]:
    return [sending for sending in run.sendings.values() if race and sending.step.race == race]
