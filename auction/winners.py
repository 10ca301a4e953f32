"""Choosing winners: exact set packing under capacity, by mixed-integer programming.

Fairness comes first: a bid that fills several intents must give each of them at least what the best bid on it alone
gives. Then the sum of scores is maximised subject to what remains of each intent, the claims on each venue, and each
solver's free cash. Claims are conditional: a bid may win only if all winning flow on its resource stays within its
reach, so that the winners can be executed in any order. Equal optima are told apart by a hash whose seed is revealed
after the close.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from auction.scoring import Scored
from intents.intent import LOT
from solvers.routing.program import Program

CLAIM_UNIT = LOT // 100
"""Step in which claims are counted, rounded to the safe side: the optimiser does not see what is much smaller."""

NODES = 20_000
"""Branch-and-bound nodes before the search stops with a gap."""

MOST_CUTS = 20
"""Choices that keep the rows only by the optimiser's tolerance, and are ruled out one by one, before it is given up."""

FILL_BONUS = 1
"""Added to the score of every fill, in USDC base units, so that a fill at the limit beats none."""


@dataclass(frozen=True, slots=True)
class _Limits:
    """What all winners together may take."""

    remaining: Mapping[str, int]
    cash: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Selection:
    """The winners and how good they are proven to be."""

    winners: tuple[Scored, ...]
    unfair: tuple[Scored, ...]
    """Batch bids that the fairness filter took out."""

    score: int
    gap: float
    """Relative gap left when the search stopped; zero when the choice is proven optimal."""


def select(
    bids: Sequence[Scored], remaining: Mapping[str, int], cash: Mapping[tuple[str, str], int], tie: bytes
) -> Selection:
    """Return the winners of a round.

    Args:
        bids: Bids that hold.
        remaining: Units left of each intent, in base units.
        cash: Free USDC of each solver on each chain.
        tie: Seed of the tie-break.
    """
    fair, unfair = fairness_filter(bids)
    if not fair:
        return Selection((), unfair, 0, 0.0)
    ordered = sorted(fair, key=lambda scored: (scored.bid.solver, scored.position))
    limits = _Limits(remaining, cash)
    best = _solve(ordered, limits, lambda scored: float(_worth([scored])))
    chosen, gap = best or (_greedy(ordered, limits), 1.0)
    again = _solve(ordered, limits, lambda scored: tie_weight(tie, scored), _worth(chosen))
    if again is not None and _worth(again[0]) >= _worth(chosen):
        chosen = again[0]
    return Selection(tuple(chosen), unfair, sum(scored.score for scored in chosen), gap)


def fairness_filter(bids: Sequence[Scored]) -> tuple[tuple[Scored, ...], tuple[Scored, ...]]:
    """Return the bids that are fair, and the batch bids that give some intent less than a bid on it alone."""
    alone: dict[str, list[Scored]] = {}
    for scored in bids:
        if not scored.is_batch:
            alone.setdefault(scored.bid.intents[0], []).append(scored)
    fair = tuple(scored for scored in bids if not scored.is_batch or _is_fair(scored, alone))
    return fair, tuple(scored for scored in bids if scored not in fair)


def _is_fair(batch: Scored, alone: Mapping[str, Sequence[Scored]]) -> bool:
    return not any(_is_worse(batch, rival, intent) for intent in batch.bid.intents for rival in alone.get(intent, ()))


def _is_worse(batch: Scored, rival: Scored, intent: str) -> bool:
    """Return whether a batch gives an intent less than a rival does; a rival that fills more counts in proportion."""
    whole, part = rival.quantity(intent), min(batch.quantity(intent), rival.quantity(intent))
    return batch.gain(intent) * whole < rival.gain(intent) * part


def tie_weight(tie: bytes, scored: Scored) -> float:
    """Return the weight of a bid among its equals: nobody can make a bid that has a large one before `tie` is known."""
    text = f"{scored.bid.round}/{scored.bid.solver}/{scored.position}".encode()
    return int.from_bytes(hashlib.sha256(tie + text).digest()[:6], "big") / 2**48


def _worth(bids: Sequence[Scored]) -> int:
    return sum(scored.score + FILL_BONUS * len(scored.bid.fills) for scored in bids)


def _solve(
    bids: Sequence[Scored], limits: _Limits, gain: Callable[[Scored], float], least: int | None = None
) -> tuple[list[Scored], float] | None:
    """Return the feasible set of bids with the largest sum of gains, and worth `least` where that is given.

    `None` if the optimiser finds none that is feasible in whole numbers.
    """
    program = Program()
    for scored in bids:
        program.variable(gain=gain(scored), upper=1.0, integer=True)
    if least is not None:
        program.row({i: float(_worth([scored])) for i, scored in enumerate(bids)}, low=least - 0.5)
    for intent, left in sorted(limits.remaining.items()):
        terms = {i: scored.quantity(intent) / LOT for i, scored in enumerate(bids) if scored.quantity(intent)}
        if terms:
            program.row(terms, high=left / LOT)
    _limit_cash(program, bids, limits.cash)
    _limit_claims(program, bids)
    for _ in range(MOST_CUTS):
        optimum = program.solve(nodes=NODES, relative_gap=0.0)
        if optimum is None:
            return None
        chosen = [i for i in range(len(bids)) if optimum.values[i] > 0.5]
        winners = [bids[i] for i in chosen]
        if _holds(winners, limits):
            return winners, optimum.gap
        # What holds of a set holds of its parts, so that nothing good is lost with it.
        program.row(dict.fromkeys(chosen, 1.0), high=len(chosen) - 1)
    return None


def _greedy(bids: Sequence[Scored], limits: _Limits) -> list[Scored]:
    """Return a feasible set of bids, the best first as long as they fit: where the optimiser has no answer."""
    chosen: list[Scored] = []
    for scored in sorted(bids, key=lambda s: -_worth([s])):
        if _holds([*chosen, scored], limits):
            chosen.append(scored)
    return sorted(chosen, key=lambda s: (s.bid.solver, s.position))


def _holds(chosen: Sequence[Scored], limits: _Limits) -> bool:
    """Return whether bids may win together, in whole numbers."""
    filled, spent, flow = Counter[str](), Counter[tuple[str, str]](), Counter[str]()
    for scored in chosen:
        filled.update({intent: scored.quantity(intent) for intent in scored.bid.intents})
        spent.update({(scored.bid.solver, chain): need for chain, need in scored.needs.items()})
        flow.update({claim.resource: claim.quantity for claim in scored.claims})
    return (
        all(quantity <= limits.remaining[intent] for intent, quantity in filled.items())
        and all(cash <= limits.cash.get(place, cash) for place, cash in spent.items())
        and all(flow[claim.resource] <= claim.reach for scored in chosen for claim in scored.claims)
    )


def _limit_cash(program: Program, bids: Sequence[Scored], cash: Mapping[tuple[str, str], int]) -> None:
    for (solver, chain), free in sorted(cash.items()):
        terms = {i: s.needs.get(chain, 0) / 1e6 for i, s in enumerate(bids) if s.bid.solver == solver}
        if any(terms.values()):
            program.row(terms, high=free / 1e6)


def _limit_claims(program: Program, bids: Sequence[Scored]) -> None:
    """Add, for every claim, that all winning flow on its resource stays within its reach if its bid wins."""
    flows: dict[str, dict[int, int]] = {}
    reaches: dict[str, dict[int, int]] = {}
    for i, scored in enumerate(bids):
        for claim in scored.claims:
            quantity = -(-claim.quantity // CLAIM_UNIT)
            flows.setdefault(claim.resource, {})[i] = quantity
            reaches.setdefault(claim.resource, {})[i] = max(claim.reach // CLAIM_UNIT, quantity)
    for resource, taken in sorted(flows.items()):
        everything = sum(taken.values())
        for i, reach in reaches[resource].items():
            if everything <= reach:
                continue
            terms = {j: float(quantity) for j, quantity in taken.items()}
            terms[i] += everything - reach
            program.row(terms, high=everything)
