"""What losing bids are told: with the score that they are told they win, and prices say what was short."""

import pytest

from auction.conflict import explained
from auction.reckoning import Decided
from auction.scoring import Scored
from auction.winner_determination.rounds import EXACT, select_by
from auction.winners import fairness_filter
from solvers.messages import Award, BidResult
from tests.auction.rivals import lots, name, rival
from venues.markets.venue import Claim
from venues.seeds import generator

LEFT = lots(i1=10, i2=10, i3=10)


def told(bids: list[Scored]) -> dict[tuple[str, int], BidResult]:
    """Return what each bid of a round is told, by solver and position."""
    winners = select_by(EXACT, bids, LEFT, {}, b"tie").winners
    fair, _ = fairness_filter(bids)
    decided = Decided(fair=fair, winners=winners, remaining=LEFT, cash={}, tie=b"tie")
    awards = []
    for bid in bids:
        outcome = "won" if bid in winners else "lost"
        result = BidResult(position=bid.position, outcome=outcome, code="won", score=bid.score)
        awards.append(Award(round=1, solver=bid.bid.solver, won=(), results=(result,)))
    found = explained(awards, bids, decided)
    return {(award.solver, award.results[0].position): award.results[0] for award in found}


def random_bids(seed: int) -> list[Scored]:
    rng = generator(seed, "bids")
    bids = []
    for number in range(int(rng.integers(3, 9))):
        chosen = sorted({int(k) for k in rng.integers(1, 4, int(rng.integers(1, 3)))})
        parts = [(intent, int(rng.integers(3, 11)), int(rng.integers(1, 500))) for intent in chosen]
        depth = int(rng.integers(2, 7))
        claims = [Claim("venue/put/buy", depth, depth + int(rng.integers(0, 8)))] if rng.random() < 0.6 else []
        bids.append(rival(f"s{number}", *parts, claims=claims))
    return bids


@pytest.mark.parametrize("seed", range(30))
def test_a_losing_bid_wins_with_what_it_is_told_that_it_needs_and_not_with_two_less(seed: int) -> None:
    bids = random_bids(seed)
    fair, _ = fairness_filter(bids)
    found = told(bids)

    for i, bid in enumerate(fair):
        needed = found[bid.bid.solver, 0].needed
        if needed is None:
            continue
        for score, wins in ((needed, True), (needed - 2, False)):
            raised = rival(bid.bid.solver, *shares(bid, score), claims=bid.claims)
            field = [*fair[:i], raised, *fair[i + 1 :]]
            winners = select_by(EXACT, field, LEFT, {}, b"tie").winners if is_fair(field) else None
            assert winners is None or (raised in winners) is wins


def shares(bid: Scored, score: int) -> list[tuple[int, int, int]]:
    """Return the parts of a bid with all of a change of its score on the first."""
    lot = 10**16
    parts = [
        (int(fill.intent_id, 16), fill.quantity // lot, gain)
        for fill, gain in zip(bid.bid.fills, bid.gains, strict=True)
    ]
    first = (*parts[0][:2], parts[0][2] + score - bid.score)
    return [first, *parts[1:]]


def is_fair(field: list[Scored]) -> bool:
    return len(fairness_filter(field)[0]) == len(field)


def test_winners_and_what_was_dropped_are_told_nothing_more() -> None:
    found = told([rival("a", (1, 10, 100)), rival("b", (1, 10, 70))])

    assert (found["a", 0].needed, found["a", 0].prices) == (None, {})


def test_the_price_of_a_lost_intent_is_what_the_winner_gave_for_it() -> None:
    found = told([rival("a", (1, 10, 100)), rival("b", (1, 10, 70))])

    assert found["b", 0].needed == 101
    assert found["b", 0].prices == {f"intent {name(1)}": 101}


def test_the_price_of_a_venue_is_what_the_bid_that_took_it_would_lose() -> None:
    depth = Claim("venue/put/buy", 8, 10)

    found = told([rival("a", (1, 10, 100), claims=[depth]), rival("b", (2, 10, 70), claims=[depth])])

    assert found["b", 0].needed == 101
    assert "venue/put/buy" in found["b", 0].prices
    assert sum(found["b", 0].prices.values()) >= 71


def test_an_unfair_batch_is_told_by_how_much_it_gives_each_owner_too_little() -> None:
    batch = rival("a", (1, 10, 60), (2, 10, 200))

    found = told([batch, rival("b", (1, 10, 100)), rival("c", (2, 5, 90))])

    assert found["a", 0].needed is None
    assert found["a", 0].prices == {f"intent {name(1)}": 40}
