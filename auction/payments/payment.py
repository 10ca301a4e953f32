"""What a winner is paid under each rule.

A winner's bid gives its owners a surplus, the score. Under pay-as-bid that is all there is: the solver keeps the margin
it bid for. The other rules pay a reward out of collected fees, so that bidding the whole surplus is worth it: what a
winner leaves to the owners and the house in all is its score less its reward.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from auction.payments.core import core_rewards
from auction.payments.reference import References
from auction.payments.vcg import Cap, capped, vcg_rewards, within_fees
from auction.winner_determination.exact import Exact
from intents.canonical import Json

PaymentRule = Literal["pay_as_bid", "vcg", "core"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One winner's account; all in the units of scores."""

    solver: str
    score: int
    """What its winning bids give the owners."""

    reference: int | None
    """Best total of a round without it; `None` where the rule does not ask."""

    reward: int
    found: int | None = None
    """Where the reference is a bound only: the best total without it that was found."""

    @property
    def account(self) -> dict[str, Json]:
        """What the journal says of it; a reference that was found is told where the reference is more."""
        reference = None if self.reference is None else str(self.reference)
        told: dict[str, Json] = {"solver": self.solver, "score": str(self.score), "reference": reference}
        told["reward"] = str(self.reward)
        return told if self.found is None else told | {"reference_found": str(self.found)}

    @property
    def left(self) -> int:
        """What the solver leaves to the others: its payment, in the language of auctions."""
        return self.score - self.reward


def pay(
    rule: PaymentRule,
    round_: Exact,
    references: References | None = None,
    fees: int | None = None,
    caps: Mapping[str, Cap] | None = None,
) -> list[Payment]:
    """Return what the winners of a round are paid, in the order of their names.

    Args:
        rule: The rule.
        round_: The round, its winners worked out.
        references: Reference scores; not needed for pay-as-bid.
        fees: What was collected and may be paid out; unlimited if `None`.
        caps: Bounds of single rewards, by solver; none if `None`.

    Raises:
        ValueError: if a rule needs reference scores and has none.
    """
    if rule == "pay_as_bid":
        choice = round_.best()
        return [Payment(solver=s, score=choice.score_of(s), reference=None, reward=0) for s in choice.solvers]
    if references is None:
        raise ValueError(f"the rule {rule} needs reference scores")
    if rule == "vcg":
        rewards: Mapping[str, int] = within_fees(capped(vcg_rewards(references), caps or {}), fees)
    else:
        rewards = core_rewards(round_, references, fees, caps or {})
    choice = references.choice
    return [
        Payment(
            solver=s,
            score=choice.score_of(s),
            reference=references.scores[s],
            reward=rewards[s],
            found=references.found.get(s),
        )
        for s in choice.solvers
    ]
