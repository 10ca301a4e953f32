"""Rewards out of the fees of a winner's own fills, penalties out of its bond, and what an epoch leaves."""

from dataclasses import replace
from typing import Any, Literal

import pytest

from auction.charges import Charges
from auction.ledger import Event
from intents.fees import FeeRule
from solvers.bid import Bid
from solvers.solver import Batch
from tests.auction.hall import BOND, RULES, Hall, hall, plain
from tests.venues.calls.stage import OWNER, VAULT, dollars, signed
from tests.venues.small_world import L1, L2
from venues.escrow import COLLECTOR

SHARE = FeeRule(surplus_ppm=200_000)
"""A fifth of what owners gain."""


def charged(
    payment: Literal["pay_as_bid", "vcg", "core"] = "vcg",
    *,
    walks: tuple[str, ...] = (),
    rule: FeeRule = SHARE,
    markup_bps: float = 20,
    **terms: int,
) -> Hall:
    """Return a run of one round in which `solver` outbids `rival` on two units, each of which leaves a dollar."""
    charges = Charges(rule=rule, **terms)
    rules = replace(RULES, payment=payment, charges=charges)
    here = hall(rules=rules, walks=walks, solver=plain(), rival=plain(markup_bps=markup_bps))
    here.post(signed(quantity=2.0))
    here.play()
    here.live(120)
    return here


def body(event: Event) -> dict[str, Any]:
    assert isinstance(event.body, dict)
    return event.body


def vaults(here: Hall) -> int:
    """Return what the house holds on both chains."""
    return sum(here.auctioneer.world.state(chain).escrow.vault(COLLECTOR) for chain in (L1, L2))


def cash(here: Hall, solver: str) -> int:
    return sum(here.auctioneer.world.state(chain).clearing.account(solver).cash for chain in (L1, L2))


def only(here: Hall, kind: str) -> dict[str, Any]:
    (event,) = here.noted(kind)
    return body(event)


def test_the_fee_of_a_fill_is_known_in_the_award_and_lies_in_the_vault_once_it_is_settled() -> None:
    here = charged("pay_as_bid")

    awarded = only(here, "fill.awarded")
    entry = here.auctioneer.book.entries()[0]
    gained = entry.intent.max_debit(entry.filled) - int(awarded["debit"])
    assert int(awarded["fee"]) == gained // 5 > 0
    assert vaults(here) == int(awarded["fee"])
    paid = int(awarded["debit"]) + int(awarded["fee"])
    assert here.auctioneer.world.state(L1).escrow.vault(OWNER.address) == VAULT - paid


def test_the_score_counts_what_owners_gain_and_what_they_pay_the_house() -> None:
    here, free = charged(), hall(rules=RULES, solver=plain())
    free.post(signed(quantity=2.0))
    free.play()

    closed = only(here, "round.closed")
    assert closed["score"] == only(free, "round.closed")["score"]
    assert closed["fees"] == only(here, "fill.awarded")["fee"]


@pytest.mark.parametrize("payment", ["vcg", "core"])
def test_a_reward_is_what_the_winner_added_where_its_fees_reach(payment: Literal["vcg", "core"]) -> None:
    here, plainly = charged(payment, markup_bps=1), charged("pay_as_bid", markup_bps=1)

    due, account = only(here, "reward.due"), only(here, "round.payments")["accounts"][0]
    added = int(account["score"]) - int(account["reference"])
    assert 0 < int(due["due"]) == int(account["reward"]) == added < int(due["fees"])
    assert vaults(here) == int(due["fees"]) - added
    assert cash(here, "solver") == cash(plainly, "solver") + added


@pytest.mark.parametrize("payment", ["vcg", "core"])
def test_a_reward_stops_at_its_share_of_the_fees_of_the_winners_own_fills(payment: Literal["vcg", "core"]) -> None:
    here = charged(payment, reward_ppm=100_000)

    due, account = only(here, "reward.due"), only(here, "round.payments")["accounts"][0]
    assert int(account["score"]) - int(account["reference"]) > int(due["due"]) == int(due["fees"]) // 10 > 0
    assert vaults(here) == int(due["fees"]) - int(due["due"])


def test_where_bids_are_paid_fees_are_kept_and_nobody_is_rewarded() -> None:
    here = charged("pay_as_bid")

    assert not here.noted("round.payments")
    assert only(here, "reward.due")["due"] == "0"
    assert vaults(here) == int(only(here, "reward.due")["fees"]) > 0


def test_a_winner_that_walks_away_pays_what_the_round_lost_by_it_out_of_its_bond() -> None:
    here = charged(walks=("solver",), most_penalty=dollars(100))

    due, account = only(here, "reward.due"), only(here, "round.payments")["accounts"][0]
    fine = int(account["score"]) - (int(account["score"]) - int(account["reference"]))
    assert (due["due"], due["fees"], int(due["fine"])) == ("0", "0", fine)
    assert vaults(here) == fine
    slashed = int(only(here, "fill.failed")["slashed"])
    assert here.auctioneer.world.state(L2).escrow.bonds["solver"] == BOND - slashed - fine


def test_a_penalty_stops_at_its_bound() -> None:
    here = charged(walks=("solver",), most_penalty=7)

    assert only(here, "reward.due")["fine"] == "7"
    assert vaults(here) == 7


def test_where_bids_are_paid_there_is_no_penalty_beside_damages() -> None:
    here = charged("pay_as_bid", walks=("solver",), most_penalty=dollars(100))

    assert "fine" not in only(here, "reward.due")
    assert vaults(here) == 0


def test_a_fee_of_a_fill_that_failed_is_not_paid() -> None:
    here = charged(walks=("solver",))

    assert "fee" in only(here, "fill.awarded")
    assert (vaults(here), here.auctioneer.world.state(L1).escrow.vault(OWNER.address)) == (0, VAULT)


def test_an_epoch_shares_what_rewards_leave_by_what_solvers_offered_and_settled() -> None:
    here = charged(epoch_rounds=2, consistency_ppm=500_000)
    before = cash(here, "solver"), cash(here, "rival")
    here.play()
    here.live(120)

    closed = only(here, "epoch.closed")
    left = int(closed["fees"]) - int(closed["rewards"])
    found = {line["solver"]: (line["won"], line["settled"], int(line["share"])) for line in closed["solvers"]}
    assert found == {"solver": (1, 1, left // 2), "rival": (0, 0, 0)}
    assert int(closed["kept"]) == left - left // 2
    assert (cash(here, "solver"), cash(here, "rival")) == (before[0] + left // 2, before[1])
    assert vaults(here) == int(closed["kept"])


def test_penalties_stay_with_the_house_and_who_settles_nothing_has_no_share() -> None:
    here = charged(walks=("solver",), most_penalty=dollars(1), consistency_ppm=1_000_000, epoch_rounds=2)
    fine = vaults(here)
    here.play()

    closed = only(here, "epoch.closed")
    found = {line["solver"]: (line["won"], line["settled"], line["share"]) for line in closed["solvers"]}
    assert found == {"solver": (1, 0, "0"), "rival": (0, 0, "0")}
    assert vaults(here) == fine > 0


def test_the_books_are_closed_once_nothing_is_under_way() -> None:
    here = charged(consistency_ppm=500_000)
    assert not here.auctioneer.is_idle()
    here.auctioneer.close_books()
    here.live(60)

    assert here.auctioneer.is_idle()
    assert len(here.noted("epoch.closed")) == 1


def test_a_bid_that_leaves_no_room_for_the_fee_is_dropped() -> None:
    """Volume costs a dollar a unit; the solver asks all that the owner signed for itself."""
    rule = FeeRule(notional_ppm=100_000, premium_ppm=200_000)
    rules = replace(RULES, charges=Charges(rule=rule))
    greedy = hall(rules=rules, solver=lambda batch: [_at_the_limit(bid) for bid in plain()(batch) if bid])
    greedy.post(signed(quantity=2.0, limit=8.0))

    (award,) = greedy.play().values()

    (result,) = award.results
    assert (result.outcome, result.code) == ("dropped", "terms")
    assert "above the limit" in result.detail


def test_honest_solvers_price_intents_so_that_the_fee_fits() -> None:
    """At six dollars there is room for the price of five, and for a fee of a fifth of it; at 5.9 there is not."""
    rule = FeeRule(notional_ppm=100_000, premium_ppm=200_000)
    found = {}
    for limit in (6.1, 5.9):
        here = hall(rules=replace(RULES, charges=Charges(rule=rule)), solver=plain())
        here.post(signed(quantity=2.0, limit=limit))
        found[limit] = [result.outcome for award in here.play().values() for result in award.results]

    assert found == {6.1: ["won"], 5.9: []}


def _at_the_limit(bid: Bid) -> Bid:
    fills = tuple(fill.model_copy(update={"debit": dollars(16)}) for fill in bid.fills)
    return bid.model_copy(update={"fills": fills})


def begun(**where: Any) -> Hall:
    """Return a run of one round in which `solver` outbids `rival`, just after the award."""
    rules = replace(RULES, payment="vcg", charges=Charges(rule=SHARE, most_penalty=dollars(100)))
    here = hall(rules=rules, solver=plain(), rival=plain(markup_bps=20))
    here.post(signed(quantity=2.0, **where))
    here.play()
    return here


def test_what_fails_without_the_winners_doing_costs_it_the_reward_and_never_its_bond() -> None:
    here = begun()
    home = here.auctioneer.world.chain(L1)
    gone = home.state.escrow.vault(OWNER.address)
    home.state = replace(home.state, escrow=home.state.escrow.credit(OWNER.address, -gone))

    here.live(600)

    due = only(here, "reward.due")
    assert only(here, "fill.failed")["responsible"] == "environment"
    assert int(due["reward"]) > 0 == int(due["due"])
    assert "fine" not in due
    assert here.auctioneer.world.state(L2).escrow.bonds["solver"] == BOND


def test_a_fill_elsewhere_is_accounted_for_once_its_fee_is_in_the_vault() -> None:
    here = begun(chains=(L2,))
    here.live(120)
    assert here.noted("fill.delivered")
    assert not here.noted("reward.due")

    here.live(3600)

    awarded, due = only(here, "fill.awarded"), only(here, "reward.due")
    assert (awarded["chain"], due["fees"]) == (L2, awarded["fee"])
    assert int(due["fees"]) > 0


def phantom(batch: Batch) -> list[Bid | None]:
    """Bid in earnest on the last intent, and on the first what it will never have to pay: in a batch that is unfair."""
    first, second, last = (batch.route(job, engine="path").to_bid(markup_bps=-1) for job in batch.intents)
    assert first is not None
    assert second is not None
    gift = first.fills[0].model_copy(update={"debit": first.fills[0].debit - dollars(500)})
    limit = batch.intents[1].intent.max_debit(second.fills[0].quantity)
    dear = second.fills[0].model_copy(update={"debit": limit})
    return [last, first.model_copy(update={"fills": (gift, dear)})]


def test_a_bid_that_cannot_win_draws_no_share_of_what_an_epoch_leaves() -> None:
    rules = replace(RULES, charges=Charges(rule=SHARE, consistency_ppm=10**6))
    here = hall(rules=rules, solver=plain(), rival=phantom)
    for nonce in (1, 2, 3):
        here.post(signed(quantity=1.0, nonce=nonce))
    awards = here.play()
    here.live(120)
    assert here.auctioneer.accounts is not None
    here.auctioneer.accounts.close_epoch(here.auctioneer.world)

    assert [found.code for found in awards["rival"].results] == ["won", "unfair"]
    shares = {each["solver"]: int(each["share"]) for each in body(here.noted("epoch.closed")[-1])["solvers"]}
    assert 4 * shares["rival"] < sum(shares.values())
