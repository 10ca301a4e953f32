"""Rounds that follow each other faster than awards are settled: nobody can promise the same money twice."""

from dataclasses import replace
from typing import Final

import pytest

from auction.book import Entry
from auction.cash_needs import Owed, cash_needs
from auction.outstanding import most_wei, outstanding
from auction.settlement.executor import Executor
from auction.settlement.plan import Plan, Step
from intents.lifecycle import Cause, State
from tests.auction.hall import Hall, hall, plain
from tests.auction.settlement.course import POLICY, live, plan, world
from tests.venues.calls.stage import dollars, options, orders, signed, state, terms
from tests.venues.small_world import L1, L2, START_MS
from venues.clearing import Account
from venues.faults import Fault
from venues.world import World

AWAY: Final = {"limit": 8.0, "quantity": 2.0, "chains": (L2,)}
ONE_FILL: Final = dollars(15)
"""More than two puts at five dollars cost, with what their price may move, and less than four."""


def endow(here: Hall, *, cash: int | None = None, ether_wei: int | None = None) -> None:
    """Set what the solver has: USDC on the rollup, ether for gas on both chains."""
    for name in (L1, L2):
        chain = here.auctioneer.world.chain(name)
        if cash is not None and name == L2:
            clearing = chain.state.clearing
            clearing = replace(clearing, accounts=clearing.accounts.set("solver", Account(cash=cash)))
            chain.state = replace(chain.state, clearing=clearing)
        if ether_wei is not None:
            chain.state = replace(chain.state, wallets=chain.state.wallets.set("solver", ether_wei))


def two_rounds_at_once(here: Hall) -> tuple[Entry, Entry]:
    """Return two intents of the same kind, the second auctioned while the first is being settled."""
    first = here.post(signed(**AWAY, nonce=1))
    assert here.play()["solver"].won == (0,)
    second = here.post(signed(**AWAY, nonce=2))
    here.play()
    return first, second


def test_cash_that_an_earlier_award_still_needs_is_not_promised_a_second_time() -> None:
    here = hall()
    endow(here, cash=ONE_FILL)
    first, second = two_rounds_at_once(here)

    here.live(600)

    assert (first.state, second.filled) == (State.FILLED, 0)
    assert here.auctioneer.verdicts() == ()
    (told,) = [event.body for event in here.noted("bids.judged") if event.round == 2]
    assert isinstance(told, dict)
    assert "'code': 'unfunded'" in str(told["results"])


def test_ether_that_an_earlier_award_still_needs_for_gas_is_not_promised_a_second_time() -> None:
    here = hall()
    made = here.auctioneer
    once = sum(most_wei(made.world, made.rules.policy, step) for step in _plan(made.world).steps if step.chain == L1)
    endow(here, ether_wei=once * 3 // 2)
    first, second = two_rounds_at_once(here)

    here.live(900)

    assert (first.state, second.filled, second.has_failed) == (State.FILLED, 0, False)
    assert here.auctioneer.verdicts() == ()
    (told,) = [event.body for event in here.noted("bids.judged") if event.round == 2]
    assert "eip155:1/ether" in str(told)


def test_two_bids_of_one_round_share_the_ether_of_their_solver() -> None:
    here = hall()
    made = here.auctioneer
    once = sum(most_wei(made.world, made.rules.policy, step) for step in _plan(made.world).steps if step.chain == L1)
    endow(here, ether_wei=once * 3 // 2)
    for nonce in (1, 2):
        here.post(signed(**AWAY, nonce=nonce))

    assert len(here.play()["solver"].won) == 1


def test_with_enough_for_both_both_are_filled() -> None:
    here = hall(solver=plain())
    endow(here, cash=2 * ONE_FILL)
    first, second = two_rounds_at_once(here)

    here.live(600)

    assert (first.state, second.state) == (State.FILLED, State.FILLED)


def test_who_walked_away_still_has_its_cash() -> None:
    here = hall(walks=("solver",))
    endow(here, cash=ONE_FILL)
    here.post(signed(**AWAY, nonce=1))
    here.play()
    here.post(signed(**AWAY, nonce=2))

    assert here.play()["solver"].won == (0,)


def test_what_was_claimed_and_waits_for_its_bridge_is_not_free() -> None:
    halt = Fault(id="halt", kind="bridge_halt", target="bridge", from_ms=START_MS, until_ms=START_MS + 7_200_000)
    scene = world(states=(state(L1), state(L2)), faults=(halt,))
    executor, made = Executor(POLICY), _plan(scene)
    executor.start(made, settles=True, world=scene)
    before = outstanding(executor.under_way(), _free_of_charge)

    live(scene, executor, 1200)

    after = outstanding(executor.under_way(), _free_of_charge)
    assert executor.run("fill").status("claim") == "done"
    assert dict(before.cash) == {("solver", L1): 0, ("solver", L2): cash_needs([Owed(made.terms, made.orders)])[L2]}
    assert dict(after.cash) == {("solver", L1): made.terms.cash}


@pytest.mark.parametrize("status", ["done", "failed"])
def test_nothing_is_outstanding_of_a_step_that_has_ended(status: str) -> None:
    scene = world()
    executor = Executor(POLICY)
    executor.start(_plan(scene), settles=True, world=scene)
    (run,) = executor.under_way()

    for sending in run.sendings.values():
        sending.status = "done" if status == "done" else "failed"

    found = outstanding(executor.under_way(), _free_of_charge)
    assert (dict(found.cash), dict(found.ether_wei)) == ({}, {})


def test_the_cause_of_what_was_not_awarded_for_lack_of_cash_is_no_solution() -> None:
    here = hall()
    endow(here, cash=ONE_FILL)
    _, second = two_rounds_at_once(here)

    assert second.cause is Cause.NO_SOLUTION
    assert second.remaining == options(2)


def _plan(scene: World) -> Plan:
    owed = terms(chain=L2)
    sent = tuple(replace(order, bound=dollars(12)) for order in orders(owed))
    return plan(scene, owed, sent=sent)


def _free_of_charge(step: Step) -> int:
    return 0
