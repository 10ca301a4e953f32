"""The scenario whose users bound the risk of what they hold."""

from collections import Counter

import pytest

from intents.bounds import bounds_gap
from intents.wants import Exposure
from solvernet.build import truth_of
from solvernet.inline import open_inline
from solvernet.scenario import scenario_text
from solvernet.users import UserFlow
from tests.solvernet.conftest import WINDOW, name_of

TWO_ROUNDS = 'start = "2020-03-11T12:00:00Z"\nend = "2020-03-11T12:11:00Z"'


def two_rounds() -> str:
    text = scenario_text("portfolio-risk-v1")
    assert WINDOW in text
    text = text.replace(WINDOW, TWO_ROUNDS, 1).replace("per_round = 3.6", "per_round = 6.0", 1)
    return text[: text.index("[windows.short]")] + text[text.index("[rounds]") :]


def test_users_bound_the_risk_of_ether_and_of_options_they_have_sold() -> None:
    name = name_of(two_rounds())
    flow = UserFlow(name.scenario, name.seed, truth_of(name.scenario, name.seed))
    start = name.window.start

    posted = [flow.between(start + i * 300_000, start + (i + 1) * 300_000) for i in range(12)]

    wants = [(each.time_ms, each.intent.want) for part in posted for each in part]
    bounded = [(time_ms, want) for time_ms, want in wants if isinstance(want, Exposure)]
    held = Counter("ether" if want.held_ether() else "an option sold" for _, want in bounded)
    assert {"ether", "an option sold"} == set(held)
    assert len(bounded) < len(wants)
    for time_ms, want in bounded:
        assert want.mark.at_ms == time_ms
        assert bounds_gap(want, {}, 10**18) is not None or want.held_ether() == 0


@pytest.mark.proof
def test_what_is_settled_keeps_the_bounds_that_were_signed() -> None:
    run = open_inline(name_of(two_rounds()))
    run.drive()

    settled = [each.plan.terms for each in run.engine.auctioneer.executor.runs()]
    bounded = [terms for terms in settled if isinstance(terms.signed.intent.want, Exposure)]
    assert bounded
    for terms in bounded:
        want = terms.signed.intent.want
        assert isinstance(want, Exposure)
        assert bounds_gap(want, terms.legs, terms.quantity) is None
