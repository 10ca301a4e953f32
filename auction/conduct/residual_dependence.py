"""Detector S1: the surprises of two solvers agree, or oppose each other, more than slack allows.

Agreement is left by one operator behind two names, shared private costs, and cover bids that follow the winner's;
opposition by solvers that take turns at distant prices.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from auction.conduct.detector import AuctionView
from auction.conduct.eprocess import Floats
from intents.canonical import Json

SLACK: Final = 0.04
"""Mean agreement that honest solvers may have: a correlation of one eighth, from like strategies on the same venues."""


@dataclass(frozen=True, slots=True)
class ResidualDependence:
    """Bets on agreement beyond `slack`, and as much on opposition beyond it."""

    slack: float = SLACK

    @property
    def sides(self) -> int:
        """Two: agreement and opposition."""
        return 2

    def bet(self, view: AuctionView) -> Floats:
        """Return agreement, then opposition, less slack, scaled so that neither can lose more than its stake."""
        return (np.stack([view.agreement, -view.agreement]) - self.slack) / (1 + self.slack)

    def to_json(self) -> Json:
        """Return the name and the slack."""
        return {"name": "residual_dependence", "slack": f"{self.slack:.6f}"}
