"""What backs a maker is shared by all who trade with it."""

from dataclasses import replace

import pytest

from auction.round import close
from auction.scoring import Scored, Tender, check
from auction.shared_backing import backing_claims
from intents import builders
from intents.assets import ETH_UNIT
from solvers.messages import BidSheet
from tests.auction.stage import PUT, RICH, RIVAL, SOLVER, bid, held, roomy, signed, tender
from tests.solvers.small_market import HOME, OTHER, OWNER, dollars, options
from venues.clearing import Account
from venues.markets.venue import Claim

CASH = {(name, HOME): RICH.cash for name in (SOLVER, RIVAL)}
CALL = builders.option("27MAR20", 140, "C")


def _round(maker: Account, symbol: str) -> Tender:
    """Return a round in which two owners each want ten options that one maker has to write."""
    document = builders.single(symbol)
    made = tender(signed(document, 10, 40.0, nonce=1), signed(document, 10, 40.0, nonce=2, owner=OTHER.address))
    home = made.states[HOME]
    clearing = replace(home.clearing, accounts=home.clearing.accounts.set("amm.home", maker))
    return replace(made, states={**made.states, HOME: replace(home, clearing=clearing)})


def _sheets(made: Tender) -> list[BidSheet]:
    return [
        BidSheet(solver=name, round=1, bids=(roomy(bid(made, name, which=i)),))
        for i, name in enumerate((SOLVER, RIVAL))
    ]


@pytest.mark.parametrize(
    ("symbol", "maker"), [(PUT, Account(dollars(1_500), 0)), (CALL, Account(0, 15 * ETH_UNIT))], ids=["puts", "calls"]
)
def test_a_maker_that_can_back_one_of_two_bids_is_awarded_one(symbol: str, maker: Account) -> None:
    made = _round(maker, symbol)
    assert all(isinstance(check(sheet.bids[0], 0, made), Scored) for sheet in _sheets(made))

    result = close(_sheets(made), made, CASH, b"tie")

    assert len(result.winners) == 1
    assert result.conflicts == ()


def test_a_maker_that_can_back_both_is_awarded_both_and_no_claim_is_named() -> None:
    made = _round(Account(dollars(10_000), 0), PUT)

    result = close(_sheets(made), made, CASH, b"tie")

    assert len(result.winners) == 2
    assert not any(claim.resource.startswith("backing") for scored in result.scored for claim in scored.claims)


def test_a_put_that_a_maker_writes_claims_its_strike_less_what_the_maker_is_paid() -> None:
    """By hand: ten puts on 120 need 1,200 dollars."""
    made = _round(Account(dollars(5_000), 0), PUT)
    honest = bid(made)
    paid = held(check(honest, 0, made)).bid.fills[0].debit

    (claim,) = (each for each in held(check(honest, 0, made)).backing if each.resource.endswith("amm.home cash"))

    assert claim.reach == dollars(5_000)
    assert dollars(1_200) - paid <= claim.quantity < dollars(1_200)


def test_what_an_account_can_back_only_by_netting_takes_all_there_is() -> None:
    """Long ten puts and without cash, the maker can sell the ten, and nothing beside them."""
    made = _round(Account(0, 0, {PUT: options(10)}), PUT)

    claims = [held(check(sheet.bids[0], 0, made)).backing for sheet in _sheets(made)]

    assert claims == [(Claim(f"backing {HOME} amm.home cash", 1, 1),)] * 2
    assert len(close(_sheets(made), made, CASH, b"tie").winners) == 1


def test_owners_and_the_cash_of_the_solver_are_left_out() -> None:
    made = _round(RICH, PUT)
    before = made.states
    home = before[HOME]
    sold = {PUT: -options(1), CALL: -options(1)}
    clearing = home.clearing.change(SOLVER, positions=sold).change(OWNER.address, positions=sold)
    after = {**before, HOME: replace(home, clearing=clearing)}

    found = backing_claims(before, after, [OWNER.address], SOLVER)

    assert [(claim.resource, claim.quantity) for claim in found] == [(f"backing {HOME} {SOLVER} ether", ETH_UNIT)]
