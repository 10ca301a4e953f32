"""A plan under execution."""

from dataclasses import dataclass, field

from auction.settlement.plan import Plan
from auction.settlement.sending import Sending, StepStatus


@dataclass(slots=True)
class Run:
    """A plan under execution."""

    plan: Plan
    settles: bool
    """Whether its solver settles; if not, nothing is sent."""

    sendings: dict[str, Sending]
    award_ms: int
    failed: str = ""
    """Code and detail of the failure that ended it."""

    delivered_ms: int = 0
    gas_wei: dict[str, int] = field(default_factory=dict)
    """Paid for gas on each chain."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to the owner."""
        return bool(self.failed or self.delivered_ms)

    def status(self, kind: str) -> StepStatus:
        """Return the status of the step of a kind; `done` if the plan has none."""
        found = [sending.status for sending in self.sendings.values() if sending.step.kind == kind]
        return "done" if "done" in found or not found else found[0]
