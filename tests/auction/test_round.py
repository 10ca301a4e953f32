from dataclasses import replace

import pytest

from auction.house import Benchmark
from auction.payments.reference import References
from auction.round import RoundResult, Ruling, awards, close, first_best
from auction.scoring import Tender
from auction.winner_determination.offer import choice_of
from intents import builders
from solvers.bid import Bid
from solvers.messages import BidResult, BidSheet
from tests.auction.stage import CALL, PUT, RICH, RIVAL, SOLVER, bid, joined, roomy, signed, states, tampered, tender
from tests.solvers.small_market import AWAY, HOME, OTHER, amm, market, options, pool, snapshot, view
from venues.clearing import Account

LONG_PUT, LONG_CALL = builders.single(PUT), builders.single(CALL)
CASH = {(name, chain): RICH.cash for name in (SOLVER, RIVAL) for chain in (HOME, AWAY)}


def two() -> Tender:
    return tender(signed(LONG_PUT, 5, 30.0, nonce=1), signed(LONG_CALL, 5, 30.0, nonce=2))


def closed(made: Tender, tie: bytes = b"tie", **sheets: tuple[Bid, ...]) -> RoundResult:
    """Return the outcome of a round with a sheet of bids for each solver."""
    return close([BidSheet(solver=name, round=1, bids=bids) for name, bids in sheets.items()], made, CASH, tie)


def only(result: RoundResult, solver: str) -> BidResult:
    (found,) = result.results[solver]
    return found


def test_the_bid_that_leaves_the_owner_more_wins_and_the_other_is_told_by_whom() -> None:
    made = two()

    result = closed(made, solver=(bid(made, markup_bps=20),), rival=(bid(made, RIVAL, markup_bps=10),))

    assert [scored.bid.solver for scored in result.winners] == [RIVAL]
    assert (only(result, RIVAL).outcome, only(result, SOLVER).code) == ("won", "outbid")
    assert only(result, SOLVER).detail.startswith("won by rival with ")
    assert result.score == only(result, RIVAL).score > only(result, SOLVER).score


def test_a_batch_that_gives_an_owner_less_than_a_bid_alone_is_told_that_it_is_unfair() -> None:
    made = two()
    batch = joined(bid(made, markup_bps=50), bid(made, which=1))

    result = closed(made, solver=(batch,), rival=(bid(made, RIVAL),))

    assert only(result, SOLVER).code == "unfair"


def test_a_bid_that_lost_to_nobody_on_its_own_intents_lost_for_capacity() -> None:
    small = snapshot(view(HOME, [amm("amm.home", HOME, max_trade=options(80)), pool("pool.home", HOME)]))
    made = tender(
        signed(LONG_PUT, 60, 30.0, nonce=1), signed(LONG_PUT, 60, 29.0, nonce=2, owner=OTHER.address), snapshot=small
    )

    result = closed(made, solver=(bid(made),), rival=(bid(made, RIVAL, which=1),))

    assert {only(result, SOLVER).code, only(result, RIVAL).code} == {"won", "capacity"}
    assert result.conflicts == ()


def test_the_order_of_the_sheets_decides_nothing() -> None:
    made = two()
    sheets = [
        BidSheet(solver=SOLVER, round=1, bids=(bid(made),)),
        BidSheet(solver=RIVAL, round=1, bids=(bid(made, RIVAL),)),
    ]

    assert close(sheets, made, CASH, b"tie") == close(sheets[::-1], made, CASH, b"tie")


def test_equal_bids_are_told_apart_by_the_seed() -> None:
    made = two()
    bids = {"solver": (bid(made),), "rival": (bid(made, RIVAL),)}

    chosen = {closed(made, bytes([tie]), **bids).winners[0].bid.solver for tie in range(12)}

    assert chosen == {SOLVER, RIVAL}


def test_an_empty_sheet_is_an_abstention() -> None:
    result = closed(two(), solver=())

    assert (result.winners, result.results, result.score, result.gap) == ((), {SOLVER: ()}, 0, 0.0)


def test_results_come_in_the_order_of_the_sheet() -> None:
    made = two()

    result = closed(made, solver=(bid(made, which=1), tampered(bid(made), legs={}), bid(made, which=0)))

    assert [found.position for found in result.results[SOLVER]] == [0, 1, 2]
    assert [found.code for found in result.results[SOLVER]] == ["won", "terms", "too_many"]


def test_bids_that_a_maker_cannot_back_together_do_not_win_together() -> None:
    calls, bids = scarce_calls()

    result = closed(calls, **bids)

    assert [scored.bid.solver for scored in result.winners] == [SOLVER]
    assert result.conflicts == ()
    assert only(result, RIVAL).code == "capacity"


def test_winners_that_do_not_execute_together_are_reported_and_only_those_that_hold_win(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without the claims on backing, which keep it from happening."""
    monkeypatch.setattr("auction.round.with_backing", lambda answers: answers)
    calls, bids = scarce_calls()

    result = closed(calls, **bids)

    assert [scored.bid.solver for scored in result.winners] == [SOLVER]
    (conflict,) = result.conflicts
    assert conflict.startswith("rival/0: undercollateralised: amm.home lacks ")
    assert only(result, RIVAL).outcome == "lost"
    assert result.score == only(result, SOLVER).score


def scarce_calls() -> tuple[Tender, dict[str, tuple[Bid, ...]]]:
    """Return a round in which two owners want five calls each, of a maker with ether for seven, and two bids."""
    home = (poor := states(two().snapshot))[HOME]
    accounts = home.clearing.accounts.set("amm.home", Account(RICH.cash, options(7)))
    poor[HOME] = replace(home, clearing=replace(home.clearing, accounts=accounts))
    calls = tender(signed(LONG_CALL, 5, 30.0, nonce=1), signed(LONG_CALL, 5, 29.0, nonce=2, owner=OTHER.address))
    calls = replace(calls, states=poor)
    return calls, {"solver": (roomy(bid(calls)),), "rival": (roomy(bid(calls, RIVAL, which=1)),)}


def test_each_solver_is_shown_its_own_bids_only() -> None:
    made = two()
    result = closed(made, solver=(bid(made), bid(made, which=1)), rival=(bid(made, RIVAL, markup_bps=10),))

    references = References(choice=choice_of((), 0), scores={SOLVER: 3})
    found = {award.solver: award for award in awards(result, 1, references)}

    assert found[SOLVER].won == (0, 1)
    assert found[RIVAL].won == ()
    assert {name: len(award.results) for name, award in found.items()} == {SOLVER: 2, RIVAL: 1}
    assert [[told.reference for told in found[name].results] for name in (SOLVER, RIVAL)] == [[3, 3], [0]]


@pytest.mark.parametrize(("house", "awarded", "bound"), [(100, 90, 100), (100, 114, 114), (0, 0, 0), (0, 5, 5)])
def test_what_was_awarded_never_beats_the_bound_on_it(house: int, awarded: int, bound: int) -> None:
    result = RoundResult(winners=(), results={}, scored=(), score=awarded, gap=0.0, conflicts=())

    assert first_best(result, Benchmark(house, {})) == bound


def test_cash_that_is_not_named_is_cash_that_is_not_there() -> None:
    made = tender(signed(LONG_PUT, 5, 30.0, chains=(AWAY,)), snapshot=market())
    sheet = BidSheet(solver=SOLVER, round=1, bids=(bid(made),))

    result = close([sheet], made, {}, b"tie")

    assert only(result, SOLVER).code == "unfunded"


def test_a_bid_of_last_resort_counts_where_nobody_elses_holds_and_nowhere_else() -> None:
    """The house offers more on both intents; the other solver's bid on the first one holds, its second is broken."""
    made = two()
    poor, broken = bid(made, markup_bps=60), tampered(bid(made, which=1), debit=10**15)
    sheets = [
        BidSheet(solver=SOLVER, round=1, bids=(poor, broken)),
        BidSheet(solver=RIVAL, round=1, bids=(bid(made, RIVAL), bid(made, RIVAL, which=1))),
    ]

    result = close(sheets, made, CASH, b"tie", Ruling(last_resort=RIVAL))

    assert [found.code for found in result.results[RIVAL]] == ["last_resort", "won"]
    assert [found.outcome for found in result.results[SOLVER]] == ["won", "dropped"]


def test_a_batch_of_last_resort_gives_way_if_one_of_its_intents_is_served() -> None:
    made = two()
    batch = joined(bid(made, RIVAL), bid(made, RIVAL, which=1))
    sheets = [BidSheet(solver=SOLVER, round=1, bids=(bid(made),)), BidSheet(solver=RIVAL, round=1, bids=(batch,))]

    result = close(sheets, made, CASH, b"tie", Ruling(last_resort=RIVAL))

    assert only(result, RIVAL).code == "last_resort"
