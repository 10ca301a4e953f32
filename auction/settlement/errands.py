"""The auctioneer's own transactions: refunds, restitutions, slashings, rewards; each is tried until it lands."""

from copy import copy

from auction.settlement.dispatch import Dispatch
from auction.settlement.plan import Step
from auction.settlement.sending import ENDED, Sending
from venues.world import World


class Errands:
    """All errands so far."""

    def __init__(self, dispatch: Dispatch) -> None:
        self._dispatch = dispatch
        self._all: dict[str, Sending] = {}

    def copies(self) -> dict[str, Sending]:
        """Return an independent copy of each errand."""
        return {name: copy(errand) for name, errand in self._all.items()}

    def twin(self, dispatch: Dispatch, copies: dict[str, Sending]) -> "Errands":
        """Return the errands of a copied executor."""
        made = Errands(dispatch)
        made._all = copies
        return made

    def moved(self, copies: dict[str, Sending]) -> dict[int, Sending]:
        """Return the copies by the identity of the original."""
        return {id(errand): copies[name] for name, errand in self._all.items()}

    def add(self, step: Step, sender: str, not_before_ms: int) -> None:
        """Take on an errand, to be sent once its time has come."""
        self._all[step.id] = Sending(step, sender, not_before_ms)

    def has_landed(self, step_id: str) -> bool:
        """Return whether an errand is in a block."""
        return self._all[step_id].status == "done"

    @property
    def are_over(self) -> bool:
        """Whether nothing is left to do."""
        return all(errand.status in ENDED for errand in self._all.values())

    def send(self, world: World) -> None:
        """Send what waits and may go; what somebody else has done is over."""
        for errand in self._all.values():
            if errand.status != "waiting" or world.now_ms < errand.not_before_ms:
                continue
            if errand.step.kind in {"refund", "restitution"}:
                state = world.state(errand.step.chain)
                lock = state.escrow.locks.get(errand.fill_id)
                if lock is None or lock.state == "refunded":
                    errand.status = "failed"
                    continue
                if lock.proves_absence and errand.fill_id not in state.absences:
                    continue
            self._dispatch.send(world, errand)

    def bump(self, world: World, chain_id: str) -> None:
        """Raise what waits too long on a chain."""
        for errand in self._all.values():
            if errand.status == "sent" and errand.step.chain == chain_id:
                self._dispatch.bump(world, errand)
