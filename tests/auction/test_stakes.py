"""Bonds that are locked: nobody wins more than its stake covers."""

from dataclasses import replace

from auction.bonds import STAKE
from auction.round import Ruling, close
from auction.stakes import Stakes
from auction.winner_determination.rounds import EXACT, WinnerRule
from intents import builders
from solvers.messages import BidSheet
from tests.auction.court import BOND, court
from tests.auction.settlement.course import plan
from tests.auction.stage import CALL, PUT, RICH, SOLVER, bid, signed, tender
from tests.auction.test_outlook import RULES
from tests.solvers.small_market import AWAY, HOME
from tests.venues.calls.stage import terms
from tests.venues.small_world import L2

CASH = {(SOLVER, chain): RICH.cash for chain in (HOME, AWAY)}


def won(stake: int, rule: WinnerRule) -> list[tuple[str, str]]:
    """Return outcome and code of two bids that need a bond of 60 each, under a stake."""
    made = tender(signed(builders.single(PUT), 5, 30.0, nonce=1), signed(builders.single(CALL), 5, 30.0, nonce=2))
    sheet = BidSheet(solver=SOLVER, round=1, bids=(bid(made), bid(made, which=1)))
    ruling = Ruling(bond_of=lambda _: 60, winners=rule)
    result = close([sheet], made, CASH | {(SOLVER, STAKE): stake}, b"tie", ruling)
    return [(found.outcome, found.code) for found in result.results[SOLVER]]


def test_a_stake_that_covers_both_bonds_lets_both_win() -> None:
    assert won(120, EXACT) == [("won", "won"), ("won", "won")]


def test_a_stake_that_covers_one_bond_lets_one_win() -> None:
    for rule in (EXACT, WinnerRule(mode="greedy")):
        assert sorted(won(119, rule)) == [("lost", "capacity"), ("won", "won")]


def test_a_bid_whose_bond_the_stake_does_not_cover_is_dropped() -> None:
    assert won(59, EXACT) == [("dropped", "unfunded")] * 2


def test_the_bond_of_a_fill_is_spoken_for_until_the_fill_ends_and_what_is_slashed_until_it_is() -> None:
    here = court()
    document = terms()
    here.entry(document.signed)
    here.begin(plan(here.world, document), walks=True)
    staked = here.aftermath.staked[document.fill_id]

    during = here.aftermath.spoken_for()
    here.live(600)

    assert staked > 0
    assert (during, here.aftermath.spoken_for()) == ({"solver": staked}, {})


def test_what_is_free_of_a_stake_is_what_no_fill_speaks_for() -> None:
    here = court()
    stakes = Stakes(replace(RULES, locks_bonds=True), here.aftermath)
    place = ("solver", STAKE)
    document = terms()
    here.entry(document.signed)
    assert stakes.free(here.world, ["solver"]) == {place: BOND}

    here.begin(plan(here.world, document), walks=True)
    staked = here.aftermath.staked[document.fill_id]
    assert stakes.free(here.world, ["solver"]) == {place: BOND - staked}

    here.live(600)
    assert stakes.free(here.world, ["solver"]) == {place: BOND - staked}
    assert here.world.state(L2).escrow.bonds["solver"] == BOND - staked


def test_what_is_to_be_slashed_is_spoken_for_until_it_is() -> None:
    here = court()
    document = terms()
    here.entry(document.signed)
    here.begin(plan(here.world, document), walks=True)
    while not here.aftermath.verdicts:
        here.live(1)

    (failed,) = here.noted("fill.failed")
    assert here.world.state(L2).escrow.bonds["solver"] == BOND
    assert here.aftermath.spoken_for() == {"solver": int(str(failed["slashed"]))}
