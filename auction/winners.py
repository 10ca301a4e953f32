"""Choosing winners: exact set packing under capacity, by mixed-integer programming.

Fairness comes first: a bid that fills several intents must give each of them at least what the best bid on it alone
gives. Then the sum of scores is maximised subject to what remains of each intent, the claims on each venue, and each
solver's free cash. Claims are conditional: a bid may win only if all winning flow on its resource stays within its
reach, so that the winners can be executed in any order. Equal optima are told apart by a hash whose seed is revealed
after the close.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from auction.scoring import Scored
from intents.intent import LOT
from solvers.routing.program import Optimum, Program

NODES = 20_000
"""Branch-and-bound nodes before the search stops with a gap."""

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
    if best is None:
        return Selection((), unfair, 0, 1.0)
    chosen, gap = best
    again = _solve(ordered, limits, lambda scored: tie_weight(tie, scored), _worth(chosen))
    if again is not None and _worth(again[0]) >= _worth(chosen):
        chosen = again[0]
    return Selection(tuple(chosen), unfair, sum(scored.score for scored in chosen), gap)


def fairness_filter(bids: Sequence[Scored]) -> tuple[tuple[Scored, ...], tuple[Scored, ...]]:
    """Return the bids that are fair, and the batch bids that give some intent less than a bid on it alone."""
    alone: dict[str, Scored] = {}
    for scored in bids:
        if not scored.is_batch:
            intent = scored.bid.intents[0]
            alone[intent] = max(alone.get(intent, scored), scored, key=lambda s: s.score)
    fair = tuple(scored for scored in bids if not scored.is_batch or _is_fair(scored, alone))
    return fair, tuple(scored for scored in bids if scored not in fair)


def _is_fair(batch: Scored, alone: Mapping[str, Scored]) -> bool:
    for intent in batch.bid.intents:
        rival = alone.get(intent)
        if rival is None:
            continue
        whole, part = rival.quantity(intent), min(batch.quantity(intent), rival.quantity(intent))
        if batch.gain(intent) * whole < rival.gain(intent) * part:
            return False
    return True


def tie_weight(tie: bytes, scored: Scored) -> float:
    """Return the weight of a bid among its equals: nobody can make a bid that has a large one before `tie` is known."""
    text = f"{scored.bid.round}/{scored.bid.solver}/{scored.position}".encode()
    return int.from_bytes(hashlib.sha256(tie + text).digest()[:6], "big") / 2**48


def _worth(bids: Sequence[Scored]) -> int:
    return sum(scored.score + FILL_BONUS * len(scored.bid.fills) for scored in bids)


def _solve(
    bids: Sequence[Scored], limits: _Limits, gain: Callable[[Scored], float], least: int | None = None
) -> tuple[list[Scored], float] | None:
    """Return the feasible set of bids with the largest sum of gains, and worth `least` where that is given."""
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
    optimum = program.solve(nodes=NODES, relative_gap=0.0)
    return _chosen(bids, optimum) if optimum else None


def _chosen(bids: Sequence[Scored], optimum: Optimum) -> tuple[list[Scored], float]:
    return [scored for i, scored in enumerate(bids) if optimum.values[i] > 0.5], optimum.gap


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
            flows.setdefault(claim.resource, {})[i] = claim.quantity
            reaches.setdefault(claim.resource, {})[i] = claim.reach
    for resource, taken in sorted(flows.items()):
        everything = sum(taken.values())
        for i, reach in reaches[resource].items():
            if everything <= reach:
                continue
            terms = {j: quantity / LOT for j, quantity in taken.items()}
            terms[i] += (everything - reach) / LOT
            program.row(terms, high=everything / LOT)
