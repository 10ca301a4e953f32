"""What becomes of a sheet of bids before they are compared: too many, foreign, suspended, unfunded."""

from auction.round import PLAIN, Ruling, close
from auction.scoring import Tender
from solvers.bid import MAX_BATCH_BIDS, Bid
from solvers.messages import BidResult, BidSheet
from tests.auction.stage import (
    RICH,
    RIVAL,
    SOLVER,
    bid,
    joined,
    signed,
    tampered,
    tender,
)
from tests.auction.test_scoring import CASH, LONG_CALL, LONG_PUT, one, orders
from tests.solvers.small_market import dollars


def results(made: Tender, *sent: Bid, solver: str = SOLVER, ruling: Ruling = PLAIN) -> tuple[BidResult, ...]:
    """Return what becomes of a sheet, alone in its round."""
    sheet = BidSheet(solver=solver, round=made.round, bids=sent)
    return close([sheet], made, CASH, b"tie", ruling).results[solver]


def test_a_second_bid_on_an_intent_is_too_many() -> None:
    made = one()

    first, second = results(made, bid(made), bid(made, markup_bps=10))

    assert (first.outcome, second.outcome, second.code) == ("won", "dropped", "too_many")


def test_a_bid_after_one_that_was_dropped_is_still_the_second() -> None:
    made = one()
    bad = tampered(bid(made), legs={})

    assert [r.code for r in results(made, bad, bid(made))] == ["terms", "too_many"]


def test_a_batch_bid_beyond_the_allowance_is_too_many() -> None:
    made = tender(signed(LONG_PUT, 5, 30.0, nonce=1), signed(LONG_CALL, 3, 30.0, nonce=2))
    both = joined(bid(made), bid(made, which=1))

    found = results(made, *[both] * (MAX_BATCH_BIDS + 1))

    assert [r.code == "too_many" for r in found] == [False] * MAX_BATCH_BIDS + [True]


def test_a_bid_in_the_name_of_another_solver_is_foreign() -> None:
    made = one()

    (result,) = results(made, bid(made, RIVAL))

    assert (result.outcome, result.code) == ("dropped", "foreign")
    assert result.detail == "the bid is in the name of rival, the sheet is from solver"


def test_foreign_bids_do_not_use_up_anybodys_allowance() -> None:
    made = one()

    assert [r.code for r in results(made, bid(made, RIVAL), bid(made))] == ["foreign", "won"]


def test_all_bids_of_a_suspended_solver_are_refused() -> None:
    made = one()

    (result,) = results(made, bid(made), ruling=Ruling(refused={SOLVER: "kept out"}))

    assert (result.outcome, result.code) == ("dropped", "suspended")


def test_a_bid_that_may_take_more_than_its_solver_has_is_unfunded() -> None:
    made = one()
    honest = bid(made)
    dear = tampered(honest, orders=orders(honest, bound=RICH.cash + dollars(1000)))

    (result,) = results(made, dear)

    assert (result.outcome, result.code, result.score) == ("dropped", "unfunded", 0)


def test_a_senseless_bound_does_not_keep_others_from_winning() -> None:
    made = tender(signed(LONG_PUT, 5, 12.0, nonce=1), signed(LONG_CALL, 5, 12.0, nonce=2))
    evil = bid(made, RIVAL, which=1)
    evil = tampered(evil, orders=orders(evil, bound=2**200))
    sheets = [BidSheet(solver=RIVAL, round=1, bids=(evil,)), BidSheet(solver=SOLVER, round=1, bids=(bid(made),))]

    result = close(sheets, made, CASH, b"tie")

    assert [scored.bid.solver for scored in result.winners] == [SOLVER]
