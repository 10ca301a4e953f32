"""Rewards are paid on chain for what was delivered, out of the fees that were collected."""

from dataclasses import replace
from typing import Literal

import pytest

from auction.aftermath import OPERATOR
from auction.ledger import Event
from auction.winner_determination.rounds import WinnerRule
from tests.auction.hall import RULES, Hall, hall, plain
from tests.venues.calls.stage import dollars, signed
from tests.venues.small_world import L1, L2

FEES = dollars(100)


def played(
    payment: Literal["pay_as_bid", "vcg", "core"], *, fees: int = FEES, walks: tuple[str, ...] = ()
) -> tuple[Hall, list[dict[str, object]]]:
    """Return a run of one round in which `solver` outbids `rival`, and the accounts that were noted."""
    rules = replace(RULES, payment=payment)
    here = hall(rules=rules, fees=fees, walks=walks, solver=plain(), rival=plain(markup_bps=20))
    here.post(signed(quantity=2.0))
    here.play()
    here.live(120)
    accounts = [account for event in here.noted("round.payments") for account in listed(event, "accounts")]
    return here, accounts


def listed(event: Event, key: str) -> list[dict[str, object]]:
    """Return a list in the body of an event."""
    found = event.body[key]  # type: ignore[index,call-overload]
    assert isinstance(found, list)
    return found


def cash(here: Hall, solver: str) -> int:
    """Return what a solver has in cash on both chains."""
    return sum(here.auctioneer.world.state(chain).clearing.account(solver).cash for chain in (L1, L2))


def vault(here: Hall) -> int:
    """Return the fees left."""
    return here.auctioneer.world.state(L2).escrow.vault(OPERATOR)


@pytest.mark.parametrize("rule", ["vcg", "core"])
def test_a_winner_that_delivers_is_paid_its_reward_on_chain_out_of_the_fees(rule: Literal["vcg", "core"]) -> None:
    plainly, _ = played("pay_as_bid")
    here, (account,) = played(rule)
    reward = int(str(account["reward"]))

    assert account["solver"] == "solver"
    assert reward == int(str(account["score"])) - int(str(account["reference"])) > 0
    assert vault(here) == FEES - reward
    assert cash(here, "solver") == cash(plainly, "solver") + reward
    assert here.auctioneer.executor.is_idle()


def test_as_bid_nothing_is_paid_and_nothing_more_is_written_down() -> None:
    here, accounts = played("pay_as_bid")

    assert (vault(here), accounts, here.noted("reward.due")) == (FEES, [], [])
    told = [result for event in here.noted("bids.judged") for result in listed(event, "results")]
    assert told
    assert not any({"beaten_by", "reference"} & set(result) for result in told)


def test_a_winner_that_walks_away_is_paid_nothing() -> None:
    here, _ = played("vcg", walks=("solver",))

    (due,) = here.noted("reward.due")
    assert isinstance(due.body, dict)
    assert due.body["due"] == "0"
    assert vault(here) == FEES


@pytest.mark.parametrize("fees", [0, 1000])
def test_rewards_stop_where_the_fees_do(fees: int) -> None:
    here, (account,) = played("vcg", fees=fees)

    assert account["reward"] == str(fees)
    assert vault(here) == 0


def test_what_is_promised_is_not_promised_again() -> None:
    here = hall(rules=replace(RULES, payment="vcg"), fees=1000, solver=plain(), rival=plain(markup_bps=20))
    here.post(signed(quantity=2.0))
    here.play()
    here.post(signed(quantity=2.0, nonce=2))
    here.play()

    offered = [event.body["fees"] for event in here.noted("round.payments")]  # type: ignore[index,call-overload]
    assert offered == ["1000", "0"]
    here.live(120)
    assert vault(here) == 0
    assert here.auctioneer.executor.is_idle()


def test_with_a_rule_of_its_own_the_journal_tells_why_each_bid_lost() -> None:
    here = hall(rules=replace(RULES, winners=WinnerRule()), solver=plain(), rival=plain(markup_bps=20))
    here.post(signed(quantity=2.0))
    awards = here.play()

    (lost,) = awards["rival"].results
    (won,) = awards["solver"].results
    assert (lost.code, lost.beaten_by, lost.reference) == ("outbid", ("solver/0",), won.score + 1)
    assert (won.beaten_by, won.reference) == ((), lost.score + 1)
    noted = [listed(event, "results") for event in here.noted("bids.judged")]
    assert noted[0][0]["beaten_by"] == ["solver/0"]


def test_a_bid_that_would_be_one_winner_too_many_is_told_so() -> None:
    here = hall(rules=replace(RULES, winners=WinnerRule(most_winners=1)), solver=plain())
    here.post(signed(quantity=2.0))
    here.post(signed(quantity=2.0, nonce=2))

    (award,) = here.play().values()

    assert sorted(result.code for result in award.results) == ["full", "won"]
