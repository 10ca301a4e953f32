"""How a fill ended, as far as sanctions ask."""

from dataclasses import dataclass
from typing import Literal

from auction.settlement.attribution import Verdict
from auction.settlement.run import Run

Ending = Literal["settled", "walked", "unbacked", "weather"]
"""Delivered; awarded and not sent; sent without the means; or stopped by what nobody answers for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """One fill that came to its end."""

    fill_id: str
    solver: str
    ending: Ending
    award_ms: int
    deadline_ms: int
    """Last instant at which it could have been delivered."""

    ended_ms: int

    @property
    def is_fade(self) -> bool:
        """Whether the solver itself is why it was not settled."""
        return self.ending in {"walked", "unbacked"}


def ended_of(run: Run, now_ms: int, verdict: Verdict | None = None) -> Ended:
    """Return how a fill ended; without a verdict it was delivered."""
    ending: Ending = "settled"
    if verdict is not None:
        own: Ending = "unbacked" if run.settles and not run.plan.awarded else "walked"
        ending = own if verdict.responsible == "solver" else "weather"
    return Ended(
        fill_id=run.plan.terms.fill_id,
        solver=run.plan.terms.solver,
        ending=ending,
        award_ms=run.award_ms,
        deadline_ms=run.plan.delivery.deadline_ms,
        ended_ms=now_ms,
    )
