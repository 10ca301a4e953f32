"""Winners of a round under a rule: the bids that hold, made into offers and chosen among.

Resources are what remains of each intent, the free cash of each solver on each chain, and the claims on venues with
their reaches: a bid may win only if all winning flow on its resource stays within its reach, so that the winners can be
executed in any order. Equals are told apart by a hash whose seed is revealed after the close.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from auction.scoring import Scored
from auction.winner_determination.exact import Exact
from auction.winner_determination.greedy import choose_greedily
from auction.winner_determination.offer import Limits, Offer
from auction.winner_determination.packing import Budget, Objective
from auction.winners import FILL_BONUS, fairness_filter
from intents.intent import LOT


@dataclass(frozen=True, slots=True, kw_only=True)
class WinnerRule:
    """How winners are chosen."""

    mode: Literal["exact", "greedy"] = "exact"
    objective: Objective = "surplus"
    most_winners: int | None = None
    most_per_solver: int | None = None
    budget: Budget = field(default_factory=Budget)


EXACT: Final = WinnerRule()
"""The rule of rounds that name none: the exact choice, without limits on counts."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The winners and how good they are proven to be."""

    winners: tuple[Scored, ...]
    unfair: tuple[Scored, ...]
    """Batch bids that the fairness filter took out."""

    score: int
    gap: float
    """Relative gap left when the search stopped; zero when the choice is proven optimal."""

    solved: Exact | None = None
    """The round as it was solved, for what is asked of it later; `None` under the greedy rule."""


def select_by(
    rule: WinnerRule,
    bids: Sequence[Scored],
    remaining: Mapping[str, int],
    cash: Mapping[tuple[str, str], int],
    tie: bytes,
) -> Selection:
    """Return the winners of a round under a rule.

    Args:
        rule: How to choose.
        bids: Bids that hold.
        remaining: Units left of each intent, in base units.
        cash: Free USDC of each solver on each chain.
        tie: Seed of the tie-break.
    """
    fair, unfair = fairness_filter(bids)
    offers = offers_of(fair)
    limits = limits_of(rule, remaining, cash)
    solved = solve(rule, offers, limits, tie) if rule.mode == "exact" else None
    choice = solved.best() if solved is not None else choose_greedily(offers, limits, tie)
    by_id = {offer.id: scored for offer, scored in zip(offers, fair, strict=True)}
    winners = sorted((by_id[o.id] for o in choice.winners), key=lambda scored: (scored.bid.solver, scored.position))
    return Selection(tuple(winners), unfair, sum(scored.score for scored in winners), choice.gap, solved)


def solve(rule: WinnerRule, offers: Sequence[Offer], limits: Limits, tie: bytes) -> Exact:
    """Return the exact choice among offers under a rule, not yet worked out."""
    return Exact(offers, limits, tie=tie, objective=rule.objective, budget=rule.budget)


def offers_of(bids: Sequence[Scored]) -> tuple[Offer, ...]:
    """Return the bids as offers, in their order; a fill at the limit counts a little more than none."""
    return tuple(_offer(scored) for scored in bids)


def limits_of(rule: WinnerRule, remaining: Mapping[str, int], cash: Mapping[tuple[str, str], int]) -> Limits:
    """Return what winners keep to: what remains of intents, and cash."""
    capacity = {f"intent {name}": left for name, left in remaining.items()}
    capacity |= {f"cash {solver} {chain}": max(free, 0) for (solver, chain), free in cash.items()}
    return Limits(capacity=capacity, most_winners=rule.most_winners, most_per_solver=rule.most_per_solver)


def _offer(scored: Scored) -> Offer:
    bid = scored.bid
    takes = {f"intent {name}": scored.quantity(name) for name in bid.intents}
    takes |= {f"cash {bid.solver} {chain}": need for chain, need in scored.needs.items() if need > 0}
    takes |= {claim.resource: claim.quantity for claim in scored.claims}
    return Offer(
        id=f"{bid.round}/{bid.solver}/{scored.position}",
        solver=bid.solver,
        score=scored.score + FILL_BONUS * len(bid.fills),
        volume=sum(fill.quantity for fill in bid.fills) // LOT,
        takes=takes,
        reaches={claim.resource: claim.reach for claim in scored.claims},
        parts={name: scored.gain(name) for name in bid.intents},
    )
