"""Claims that a third party has carried out for a solver, and that are taken back with the block they were in."""

from collections.abc import Iterator, Mapping

from auction.settlement.dispatch import Dispatch
from auction.settlement.run import Run
from auction.settlement.sending import Sending
from venues.chain_state import ChainState
from venues.chains.produced import Produced
from venues.world import World


def completed(world: World, run: Run) -> Sending | None:
    """Return the claim of a plan if it is still to be made and somebody else has made it."""
    claim = next((each for each in run.sendings.values() if each.step.kind == "claim"), None)
    if claim is None or claim.status not in {"waiting", "sent"}:
        return None
    lock = world.state(claim.step.chain).escrow.locks.get(run.plan.terms.fill_id)
    return claim if lock is not None and lock.state == "claimed" else None


def note_completed(world: World, run: Run, dispatch: Dispatch) -> None:
    """Take a claim for done that somebody else has made."""
    claim = completed(world, run)
    if claim is not None:
        dispatch.complete(world, claim)


def undone(produced: Produced[ChainState], runs: Mapping[str, Run]) -> Iterator[Run]:
    """Yield the plans whose claim somebody else had made in a block that was taken back: it is to be made again."""
    for log in (log for receipt in produced.undone for log in receipt.logs if log.name == "Completed"):
        run = runs.get(str(log.get("fill")))
        if run is not None and log.get("what") == "claim":
            claim = next(each for each in run.sendings.values() if each.step.kind == "claim")
            claim.status = "waiting"
            yield run
