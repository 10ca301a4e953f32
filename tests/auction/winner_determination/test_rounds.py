"""Winners of a round under a rule, from bids that hold."""

from auction.scoring import Scored
from auction.winner_determination.rounds import WinnerRule, select_by
from intents.intent import LOT
from solvers.bid import Bid, BidFill
from venues.markets.venue import Claim

INTENTS = {letter: letter * 64 for letter in "abc"}


def scored(solver: str, position: int, gains: dict[str, int], *claims: Claim, need: int = 0) -> Scored:
    fills = tuple(
        BidFill(intent_id=INTENTS[name], quantity=LOT, debit=0, chain="eip155:1", legs={}, orders=()) for name in gains
    )
    return Scored(
        bid=Bid(solver=solver, round=1, fills=fills),
        position=position,
        score=sum(gains.values()),
        gains=tuple(gains.values()),
        claims=claims,
        needs={"eip155:1": need} if need else {},
    )


BIDS = [
    scored("one", 0, {"a": 100, "b": 100, "c": 100}),
    scored("two", 0, {"a": 140, "b": 140}),
    scored("three", 0, {"c": 100}),
]
ONE_LOT = dict.fromkeys(INTENTS.values(), LOT)


def names(winners: tuple[Scored, ...]) -> list[str]:
    return [winner.bid.solver for winner in winners]


def test_exact_rule_takes_what_is_best_together() -> None:
    found = select_by(WinnerRule(), BIDS, ONE_LOT, {}, b"tie")

    assert names(found.winners) == ["three", "two"]
    assert (found.score, found.gap) == (380, 0.0)


def test_greedy_rule_takes_the_largest_batch() -> None:
    assert names(select_by(WinnerRule(mode="greedy"), BIDS, ONE_LOT, {}, b"tie").winners) == ["one"]


def test_rule_bounds_the_number_of_winners() -> None:
    assert names(select_by(WinnerRule(most_winners=1), BIDS, ONE_LOT, {}, b"tie").winners) == ["one"]


def test_unfair_batches_are_taken_out_first() -> None:
    single = scored("four", 0, {"a": 120})

    found = select_by(WinnerRule(), [*BIDS, single], ONE_LOT, {}, b"tie")

    assert names(found.unfair) == ["one"]


def test_claims_on_a_venue_bind_the_winners_together() -> None:
    careful = scored("one", 0, {"a": 50}, Claim("venue", LOT, LOT))
    bold = scored("two", 0, {"b": 60}, Claim("venue", LOT, 5 * LOT))

    assert names(select_by(WinnerRule(), [careful, bold], ONE_LOT, {}, b"").winners) == ["two"]


def test_cash_of_a_solver_bounds_what_it_wins() -> None:
    bids = [scored("one", 0, {"a": 50}, need=7), scored("one", 1, {"b": 60}, need=7)]

    found = select_by(WinnerRule(), bids, ONE_LOT, {("one", "eip155:1"): 13}, b"")

    assert [winner.position for winner in found.winners] == [1]


def test_a_fill_at_the_limit_beats_none() -> None:
    assert names(select_by(WinnerRule(), [scored("one", 0, {"a": 0})], ONE_LOT, {}, b"").winners) == ["one"]
