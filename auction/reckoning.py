"""What the winners of a round are owed: reference scores, and the payments of a rule, from the bids that held.

Scores count one base unit for each fill more than the owners gain, as the choice of winners does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from auction.payments.payment import Payment, PaymentRule, pay
from auction.payments.reference import References, references_of
from auction.payments.vcg import Cap
from auction.round import RoundResult
from auction.scoring import Scored
from auction.winner_determination.exact import Exact
from auction.winner_determination.greedy import choose_greedily
from auction.winner_determination.offer import Choice, choice_of
from auction.winner_determination.rounds import EXACT, WinnerRule, limits_of, offers_of, solve


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A round whose winners are known."""

    fair: Sequence[Scored]
    """Bids that hold and passed the fairness filter."""

    winners: Sequence[Scored]
    remaining: Mapping[str, int]
    """Units left of each intent, in base units."""

    cash: Mapping[tuple[str, str], int]
    """Free USDC of each solver on each chain."""

    tie: bytes = b""
    rule: WinnerRule = EXACT
    """How the choice is made again without a solver."""

    solved: Exact | None = None
    """The round as it was solved when winners were chosen; solved anew if it is asked for and `None`."""


def decided(result: RoundResult, remaining: Mapping[str, int], tie: bytes, rule: WinnerRule) -> Decided:
    """Return a closed round as it is reckoned up.

    Args:
        result: What became of its bids.
        remaining: Units left of each intent, in base units.
        tie: Seed of the tie-break.
        rule: How the choice is made again without a solver.
    """
    return Decided(
        fair=result.fair,
        winners=result.winners,
        remaining=remaining,
        cash=result.cash,
        tie=tie,
        rule=rule,
        solved=result.solved,
    )


class Reckoning:
    """The accounts of one round."""

    def __init__(self, decided: Decided) -> None:
        rule = decided.rule
        self.decided = decided
        self._offers = offers_of(decided.fair)
        self._limits = limits_of(rule, decided.remaining, decided.cash)
        self._rule, self._tie = rule, decided.tie
        choice = choice_of(offers_of(decided.winners), 0)
        self.references = self._references(choice)

    @cached_property
    def _exact(self) -> Exact:
        return self.decided.solved or solve(self._rule, self._offers, self._limits, self._tie)

    def payments(
        self, rule: PaymentRule, fees: int | None, caps: Mapping[str, Cap] | None = None
    ) -> tuple[Payment, ...]:
        """Return what each winner is owed, never below zero, which greed may ask for, and within the fees in all.

        Args:
            rule: The rule.
            fees: What was collected and may be paid out, in USDC base units; unlimited if `None`.
            caps: Bounds of single rewards, by solver.
        """
        due = pay(rule, self._exact, self.references, fees, caps)
        return tuple(replace(payment, reward=max(payment.reward, 0)) for payment in due)

    def _references(self, choice: Choice) -> References:
        """Return the scores without each winner: by the exact choice never above the winning score, by greed maybe."""
        if self._rule.mode == "exact":
            return references_of(choice, {s: self._exact.without(s, self._rule.budget) for s in choice.solvers})
        greedy = {s: choose_greedily(self._offers, self._limits, self._tie, without={s}) for s in choice.solvers}
        return References(choice=choice, scores={solver: other.score for solver, other in greedy.items()})
