"""Who sends something else than it was awarded answers for it, whether it lands or fails."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

from auction.charges import Charges
from auction.ledger import Event
from auction.sanctions.by_table import TableRules
from auction.sanctions.ended import ended_of
from intents.fees import FeeRule
from solvers.bid import BidFill
from solvers.messages import Decision, OwnSettlement
from tests.auction.hall import BOND, RULES, Hall, hall, plain
from tests.venues.calls.stage import signed
from tests.venues.small_world import L1, L2
from venues.escrow import COLLECTOR
from venues.markets.venue import Order

Change = Callable[[Hall, BidFill], BidFill]


def never(order: Order) -> Order:
    """Return an order that no venue executes at its bound."""
    return replace(order, bound=1 if order.side == "buy" else 2 * order.bound * 10**6)


def sabotaged(_: Hall, fill: BidFill) -> BidFill:
    return fill.model_copy(update={"orders": tuple(map(never, fill.orders))})


def overcharged(here: Hall, fill: BidFill) -> BidFill:
    """Take all that the owner's limit leaves after the fee for it."""
    return fill.model_copy(update={"debit": here.auctioneer.book[fill.intent_id].intent.max_debit(fill.quantity)})


def settled(here: Hall, change: Change, fill: int = 0) -> None:
    """Play a round in which `solver` changes a fill of its first winning bid before it sends it."""
    announcement = here.open()
    sheets = {sheet.solver: sheet for sheet in here.sheets(announcement)}
    awards = here.auctioneer.close_round(list(sheets.values()), {}, here.house(announcement))
    (won,) = [award for award in awards if award.solver == "solver"]
    fills = list(sheets["solver"].bids[won.won[0]].fills)
    fills[fill] = change(here, fills[fill])
    own = OwnSettlement(position=won.won[0], fills=tuple(fills))
    here.auctioneer.settle({"solver": Decision(round=1, solver="solver", settle=won.won, own=(own,))})


def body(event: Event) -> dict[str, Any]:
    assert isinstance(event.body, dict)
    return event.body


def stake(here: Hall) -> int:
    return here.auctioneer.world.state(L2).escrow.bonds["solver"]


def test_a_transaction_that_is_made_to_fail_costs_the_whole_bond() -> None:
    here = hall(solver=plain())
    here.post(signed(quantity=2.0))
    settled(here, sabotaged)
    here.live(400)

    (event,) = here.noted("fill.failed")
    failed = body(event)
    assert (failed["responsible"], failed["but_for"]) == ("solver", True)
    assert "something else than it was awarded" in str(failed["detail"])
    assert stake(here) == BOND - here.auctioneer.staked(str(failed["fill_id"])) < BOND


def test_it_counts_as_walking_away_and_not_as_a_lack() -> None:
    here = hall(solver=plain(), rules=replace(RULES, sanctions=TableRules()))
    here.post(signed(quantity=2.0))
    settled(here, sabotaged)
    here.live(400)

    (run,) = here.auctioneer.executor.runs()
    (verdict,) = here.auctioneer.verdicts()
    assert ended_of(run, 0, verdict).ending == "walked"
    assert not here.noted("solver.banned")


def charged(payment: Literal["pay_as_bid", "vcg"] = "pay_as_bid") -> Hall:
    """Return a run of one intent whose gains are charged a fifth, and whose winner takes the owner's whole limit."""
    charges = Charges(rule=FeeRule(surplus_ppm=200_000), reward_ppm=500_000)
    here = hall(rules=replace(RULES, payment=payment, charges=charges), solver=plain())
    here.post(signed(quantity=2.0))
    settled(here, overcharged)
    here.live(1200)
    return here


def test_who_takes_the_whole_limit_pays_the_owner_and_the_house_all_that_it_took() -> None:
    here = charged()

    awarded, breach = body(here.noted("fill.awarded")[0]), body(here.noted("fill.breached")[0])
    assert int(breach["lost_fee"]) == int(awarded["fee"]) > 0
    assert stake(here) == BOND - int(breach["damage"]) - int(awarded["fee"])
    house = [here.auctioneer.world.state(chain).escrow.vault(COLLECTOR) for chain in (L1, L2)]
    assert sum(house) == int(awarded["fee"])


def test_a_fee_that_was_not_collected_rewards_nobody() -> None:
    here = charged("vcg")

    (due,) = here.noted("reward.due")
    assert (body(due)["fees"], body(due)["due"]) == ("0", "0")
    assert here.auctioneer.accounts is not None
    assert here.auctioneer.accounts.owed == 0


def test_who_could_take_more_than_its_stake_does_not_send_it_itself() -> None:
    here = hall(solver=plain())
    here.post(signed(quantity=2.0))
    state = here.auctioneer.world.chain(L2).state
    bonds = state.escrow.bonds.set("solver", 1)
    here.auctioneer.world.chain(L2).state = replace(state, escrow=replace(state.escrow, bonds=bonds))

    settled(here, overcharged)
    here.live(1200)

    (refused,) = here.noted("own.refused")
    assert int(body(refused)["could_take"]) > int(body(refused)["free"]) == 1
    assert len(here.noted("fill.delivered")) == 1
    assert not here.noted("fill.breached")
    assert stake(here) == 1


def test_what_it_sends_itself_is_spoken_for_until_it_is_settled_for_good() -> None:
    here = hall(solver=plain())
    here.post(signed(quantity=2.0))
    settled(here, overcharged)
    (run,) = here.auctioneer.executor.runs()
    during = here.auctioneer._aftermath.at_risk()
    here.live(1200)

    assert during == {"solver": run.plan.terms.gain}
    assert here.auctioneer._aftermath.at_risk() == {}
