"""What a solver asks on top of its cost: a fixed part, and what the trade happens to be worth to itself.

The second part stands for what only the solver knows, such as its inventory: a fresh draw for every intent and round
from its own random stream.
"""

from dataclasses import dataclass

from solvers.routing.problem import Job
from solvers.solver import Batch


@dataclass(frozen=True, slots=True)
class Markup:
    """A margin in basis points of the notional."""

    fixed_bps: float
    private_bps: float = 0.0
    """Standard deviation of the private part."""

    def on(self, batch: Batch, job: Job) -> float:
        """Return the margin on one intent in one round."""
        if not self.private_bps:
            return self.fixed_bps
        return self.fixed_bps + self.private_bps * float(batch.rng("margin", job.intent_id).standard_normal())
