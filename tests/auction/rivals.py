"""Scored bids made up of numbers alone, and the best choice among them by trying every one."""

from collections.abc import Mapping, Sequence
from itertools import combinations

from auction.scoring import Scored
from intents.intent import LOT
from solvers.bid import Bid, BidFill
from venues.markets.venue import Claim

Cash = Mapping[tuple[str, str], int]
HOME = "eip155:1"


def name(intent: int) -> str:
    """Return the id of an intent."""
    return f"{intent:064x}"


def rival(
    solver: str,
    *parts: tuple[int, int, int],
    position: int = 0,
    claims: Sequence[Claim] = (),
    needs: Mapping[str, int] | None = None,
) -> Scored:
    """Return a bid with parts given as intent, lots and gain."""
    fills = tuple(
        BidFill(intent_id=name(intent), quantity=lots * LOT, debit=0, chain=HOME, legs={}, orders=())
        for intent, lots, _ in parts
    )
    gains = tuple(gain for _, _, gain in parts)
    return Scored(
        bid=Bid(solver=solver, round=1, fills=fills),
        position=position,
        score=sum(gains),
        gains=gains,
        claims=tuple(claims),
        needs=needs or {},
    )


def lots(**remaining: int) -> dict[str, int]:
    """Return what remains of intents named `i1`, `i2` and so on, given in lots."""
    return {name(int(key[1:])): left * LOT for key, left in remaining.items()}


def is_feasible(chosen: Sequence[Scored], remaining: Mapping[str, int], cash: Cash) -> bool:
    """Return whether bids may all win together, in whole numbers."""
    for intent, left in remaining.items():
        if sum(scored.quantity(intent) for scored in chosen) > left:
            return False
    for (solver, chain), free in cash.items():
        if sum(s.needs.get(chain, 0) for s in chosen if s.bid.solver == solver) > free:
            return False
    claims = [claim for scored in chosen for claim in scored.claims]
    return all(sum(c.quantity for c in claims if c.resource == mine.resource) <= mine.reach for mine in claims)


def worth(chosen: Sequence[Scored]) -> int:
    """Return what the choice of winners maximises: the score, and a base unit for each fill."""
    return sum(scored.score + len(scored.bid.fills) for scored in chosen)


def best(bids: Sequence[Scored], remaining: Mapping[str, int], cash: Cash) -> list[tuple[Scored, ...]]:
    """Return every choice that no other one is better than, by trying all of them."""
    found: list[tuple[Scored, ...]] = []
    for size in range(len(bids) + 1):
        for chosen in combinations(bids, size):
            if is_feasible(chosen, remaining, cash):
                found.append(chosen)
    top = max(map(worth, found))
    return [chosen for chosen in found if worth(chosen) == top]
