"""What fills are charged, and what becomes of the fees: caps of rewards, penalties, and what is left at an epoch's end.

A reward is paid from the fees that the winner's own delivered fills brought in and from nothing else, so that rewards
are never more than the fees, solver by solver and round by round. What is left of an epoch goes to all solvers by how
well they bid and keep their word, or stays with the house.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auction.payments.vcg import Cap
from auction.scoring import Scored
from intents.fees import PPM, FeeRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Charges:
    """The house's part of a run."""

    rule: FeeRule
    reward_ppm: int = PPM
    """Most of the fees of a winner's fills that its reward may take."""

    most_penalty: int = 0
    """Most that a winner pays in a round for fills that failed by its fault, in USDC base units."""

    epoch_rounds: int = 12
    """Rounds of an accounting period."""

    consistency_ppm: int = 0
    """Share of an epoch's leftover that goes to solvers; the house keeps the rest."""

    def most_reward(self, fees: int) -> int:
        """Return the most reward that fees pay for, rounded down."""
        return fees * self.reward_ppm // PPM

    def caps(self, winners: Iterable[Scored]) -> dict[str, Cap]:
        """Return the bounds of the rewards of a round's winners, by solver."""
        fees: dict[str, int] = {}
        for scored in winners:
            fees[scored.bid.solver] = fees.get(scored.bid.solver, 0) + sum(scored.fees)
        return {solver: Cap(most=self.most_reward(paid), most_lost=self.most_penalty) for solver, paid in fees.items()}


def promised(caps: Mapping[str, Cap]) -> int:
    """Return the most that rewards within caps come to."""
    return sum(cap.most or 0 for cap in caps.values())
