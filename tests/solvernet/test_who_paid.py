"""Who paid for what went wrong, in a run in which much does."""

from dataclasses import replace
from typing import Final

import pytest

from auction.aftermath import OPERATOR
from solvernet.record import Recorder
from solvernet.who_paid import PRODUCERS, PaidLine, who_paid
from tests.auction.court import Court, court
from tests.auction.settlement.course import STEADY, plan
from tests.auction.test_taken_back import deep, served
from tests.venues.calls.stage import signed, terms
from tests.venues.small_world import L1, MINUTE_MS
from venues.calls.restitution import RESERVE

FEW: Final = 4 * 10**6


def lines(here: Court, recorder: Recorder | None = None) -> dict[tuple[str, str, str], PaidLine]:
    """Return the payments of a court by what, payer and payee."""
    found = who_paid(here.world, here.executor.runs(), here.journal.drain(), recorder or Recorder(here.world))
    return {(line.what, line.payer, line.payee): line for line in found}


def test_nothing_is_paid_where_nothing_goes_wrong() -> None:
    here = court()
    served(here)
    here.live(60)

    assert lines(here) == {}


def test_a_solver_that_walks_away_pays_damages_out_of_its_bond() -> None:
    here = court()
    document = signed(quantity=2.0)
    here.entry(document)
    here.begin(plan(here.world, terms(document)), walks=True)
    here.live(3600)

    found = lines(here)
    (verdict,) = here.aftermath.verdicts
    assert verdict.but_for
    damages = found["damages from the bond", "solver", "owners"]
    assert (damages.because, damages.count) == ("solver_fault", 1)
    assert damages.usd > 0
    assert found["gas of a slash", OPERATOR, PRODUCERS].usd > 0


def test_gas_of_fills_that_fail_is_paid_in_vain() -> None:
    here = court(home=replace(STEADY, interval_ms=3 * MINUTE_MS))
    document = signed(quantity=2.0)
    here.entry(document)
    made = plan(here.world, terms(document))
    here.begin(made, plan(here.world, terms(document, fill_id="again")))
    here.live(3600)

    reverted = [run for run in here.executor.runs() if run.failed and run.gas_wei]
    assert len(reverted) == 1
    line = lines(here)["gas in vain", "solver", PRODUCERS]
    wei = sum(reverted[0].gas_wei.values())
    assert line.usd == pytest.approx(wei / 1e18 * 140.0, rel=1e-5)


def test_restitutions_are_paid_by_the_solver_and_the_rest_by_the_reserve() -> None:
    here = deep()
    recorder = Recorder(here.world)
    served(here, chain="eip155:901")
    here.live(200)
    chain = here.world.chain(L1)
    spent = chain.state.clearing.account("solver").cash - FEW
    clearing = chain.state.clearing.change("solver", cash=-spent).change("elsewhere", cash=spent)
    chain.state = replace(chain.state, clearing=clearing)
    here.world.advance(here.world.now_ms + 6_000_000, [here.executor, here.aftermath, recorder])

    found = lines(here, recorder)
    assert found["restitution", "solver", "owners"].usd == 4.0
    assert found["restitution", RESERVE, "owners"].usd == 7.0
    assert ("loss that nobody made good", "owners", "solver") not in found
