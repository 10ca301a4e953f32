"""One auction as conduct sees it, and the margins of its bids.

A margin is what a bid leaves the user short of the auctioneer's own re-solved benchmark, in basis points of the
notional: lower is better for the user. It can be negative, where a solver finds more than the auctioneer did.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

BPS: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AuctionRecord:
    """One intent in one round, with every bid that stood, losers included."""

    auction: str
    """Names the intent and the round; never the same twice."""

    time_ms: int
    bucket: str
    """What the level of a solver may depend on: kind of want, size, chain."""

    notional: int
    """USDC base units, positive."""

    benchmark: int
    """Surplus of the auctioneer's own solution, in USDC base units."""

    surplus: Mapping[str, int]
    """Surplus each solver offered for the whole intent, in USDC base units; who abstained is not in it."""

    def __post_init__(self) -> None:
        """Refuse an auction that has no size."""
        if self.notional <= 0:
            raise ValueError(f"auction {self.auction} has notional {self.notional}; margins need a positive one")

    def margins(self) -> dict[str, float]:
        """Return the margin of each bid in basis points, in order of the solvers' names."""
        return {
            solver: (self.benchmark - self.surplus[solver]) * BPS / self.notional for solver in sorted(self.surplus)
        }
