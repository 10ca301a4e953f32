"""What a solver gains by not telling the truth, under each rule, with everybody else truthful.

A solver's true bids say what surplus it can give on each set of items. Its payoff is the true surplus of what its
identities win, less what they leave to the others: scores bid, less rewards paid.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from auction.payments.core import core_rewards
from auction.payments.reference import References, exact_references, greedy_references
from auction.payments.vcg import Cap, capped, vcg_rewards
from auction.winner_determination.exact import Exact
from auction.winner_determination.fairness import fair
from auction.winner_determination.offer import Limits, Offer
from tests.auction.winner_determination.rounds import on_items, one_of_each
from venues.seeds import generator

ITEMS: Final = "ABCDEF"
SHADES: Final = (50, 70, 85, 95)
RAISES: Final = (110, 125, 150)
FEE_PERCENT: Final = 20
REWARD_PERCENT: Final = 50
"""Fees as a share of the score, and most of its own fees that a winner is rewarded with, as in `fees-v1`."""

Outcome = tuple[References, Mapping[str, int]]
"""Winners with their references, and rewards."""


def truthful_round(seed: int) -> list[Offer]:
    """Return true bids of five solvers on six items: one to three each, sets of items worth a little more together."""
    draw = generator(seed, "truthful round")
    worth = {item: float(draw.uniform(20, 100)) for item in ITEMS}
    offers = []
    for solver in range(5):
        for _ in range(int(draw.integers(1, 4))):
            size = min(int(draw.geometric(0.45)), 4)
            items = sorted(draw.choice(list(ITEMS), size, replace=False).tolist())
            gain = 1 + 0.1 * (size - 1) * float(draw.random())
            parts = {item: max(1, round(worth[item] * float(draw.uniform(0.6, 1)) * gain)) for item in items}
            offer = on_items(f"{len(offers):02}", f"s{solver}", sum(parts.values()), "".join(items))
            offers.append(replace(offer, parts=parts))
    return offers


def pay_as_bid(offers: Sequence[Offer], limits: Limits) -> Outcome:
    references = exact_references(Exact(offers, limits))
    return references, dict.fromkeys(references.scores, 0)


def vcg(offers: Sequence[Offer], limits: Limits) -> Outcome:
    references = exact_references(Exact(offers, limits))
    return references, vcg_rewards(references)


def filtered_vcg(offers: Sequence[Offer], limits: Limits) -> Outcome:
    return vcg(fair(offers), limits)


def core(offers: Sequence[Offer], limits: Limits) -> Outcome:
    round_ = Exact(offers, limits)
    references = exact_references(round_)
    return references, core_rewards(round_, references)


def vcg_within_fees(offers: Sequence[Offer], limits: Limits) -> Outcome:
    references, rewards = vcg(offers, limits)
    return references, capped(rewards, caps(references))


def core_within_fees(offers: Sequence[Offer], limits: Limits) -> Outcome:
    round_ = Exact(offers, limits)
    references = exact_references(round_)
    return references, core_rewards(round_, references, caps=caps(references))


def caps(references: References) -> dict[str, Cap]:
    """Return the bounds that the fees of each winner's own bids put on its reward."""
    choice = references.choice
    return {
        solver: Cap(most=choice.score_of(solver) * FEE_PERCENT // 100 * REWARD_PERCENT // 100)
        for solver in choice.solvers
    }


def published(offers: Sequence[Offer], limits: Limits) -> Outcome:
    references = greedy_references(fair(offers), limits)
    return references, vcg_rewards(references)


RULES: Final[Mapping[str, Callable[[Sequence[Offer], Limits], Outcome]]] = {
    "pay_as_bid": pay_as_bid,
    "vcg": vcg,
    "vcg_with_fairness_filter": filtered_vcg,
    "core": core,
    "vcg_within_fees": vcg_within_fees,
    "core_within_fees": core_within_fees,
    "published_greedy": published,
}


def revenue(outcome: Outcome) -> int:
    """Return what all winners leave to the owners and the house."""
    references, rewards = outcome
    return references.choice.score - sum(rewards.values())


def payoff(outcome: Outcome, solver: str, truth: Sequence[Offer]) -> int:
    """Return what a solver and its other identities, whose names begin with its own, gain in truth."""
    references, rewards = outcome
    mine = {name for name in references.scores if name.split("+")[0] == solver}
    left = sum(references.choice.score_of(name) - rewards[name] for name in mine)
    won = frozenset(item for o in references.choice.winners if o.solver in mine for item in o.takes)
    return _worth(won, [offer for offer in truth if offer.solver == solver]) - left


def shills(truth: Sequence[Offer], solver: str) -> Iterator[list[Offer]]:
    """Yield rounds in which a solver bids the parts of one of its sets under two names, at or above their share."""
    for offer in truth:
        if offer.solver != solver or len(offer.takes) < 2:
            continue
        items = sorted(offer.takes)
        cut = len(items) // 2
        rest = [other for other in truth if other.id != offer.id]
        for percent in (100, 150, 200):
            halves = [
                _part(offer, items[:cut], percent, solver, "0"),
                _part(offer, items[cut:], percent, f"{solver}+shill", "1"),
            ]
            yield [*rest, *halves]


def withheld(truth: Sequence[Offer], solver: str) -> Iterator[list[Offer]]:
    """Yield rounds in which a solver keeps one of its bids back."""
    mine = [offer for offer in truth if offer.solver == solver]
    for offer in mine if len(mine) > 1 else ():
        yield [other for other in truth if other.id != offer.id]


def shaded(truth: Sequence[Offer], solver: str) -> Iterator[list[Offer]]:
    """Yield rounds in which a solver promises less than it can give."""
    for percent in SHADES:
        yield [_scaled(offer, percent) if offer.solver == solver else offer for offer in truth]


def raised(truth: Sequence[Offer]) -> Iterator[list[Offer]]:
    """Yield rounds in which one bid is higher."""
    for offer, percent in itertools.product(truth, RAISES):
        yield [_scaled(offer, percent) if other.id == offer.id else other for other in truth]


def limits() -> Limits:
    """Return the limits of all rounds here: every item is there once."""
    return one_of_each(ITEMS)


def _part(offer: Offer, items: Sequence[str], percent: int, solver: str, suffix: str) -> Offer:
    parts = {item: offer.parts[item] * percent // 100 for item in items}
    made = on_items(offer.id + suffix, solver, sum(parts.values()), "".join(items))
    return replace(made, parts=parts)


def _scaled(offer: Offer, percent: int) -> Offer:
    parts = {item: score * percent // 100 for item, score in offer.parts.items()}
    return replace(offer, parts=parts, score=sum(parts.values()))


def _worth(items: frozenset[str], mine: Sequence[Offer], taken: frozenset[str] = frozenset()) -> int:
    """Return the most that a solver's true bids make of a set of items."""
    best = 0
    for i, offer in enumerate(mine):
        needs = frozenset(offer.takes)
        if needs <= items and not needs & taken:
            best = max(best, offer.score + _worth(items, mine[i + 1 :], taken | needs))
    return best
