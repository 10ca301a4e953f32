"""With steps that are given up before they fail, and safety deposits: causes stay right, and no unit is lost."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auction.settlement.policy import DepositRules, SettlementPolicy
from tests.auction import court, disturbed
from tests.auction.attribution_trial import Row, tried
from tests.auction.disturbed import Award, awards, schedules
from tests.auction.injected import Injection
from tests.auction.injections import injections
from tests.auction.settlement.course import POLICY
from tests.auction.test_disturbed import check
from venues.faults import Fault

COUNT: Final = 300
DEPOSIT: Final = DepositRules(gas_percent=1_000, grace_ms=60_000)


def ahead(policy: SettlementPolicy) -> SettlementPolicy:
    """Return a policy that looks ahead and asks for deposits."""
    return replace(policy, doomed_blocks=3, deposit=DEPOSIT)


def tried_ahead(given: Injection) -> Row:
    """Return what is found of an injection under such a policy."""
    return tried(replace(given, policy=ahead(given.policy)))


@pytest.mark.proof
def test_injected_failures_are_attributed_as_without_looking_ahead() -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        rows = list(pool.map(tried_ahead, injections(COUNT), chunksize=10))

    assert [row for row in rows if row.honest_slashed or row.excused] == []
    assert [row for row in rows if not row.is_right] == []


@pytest.mark.proof
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(faults=schedules(), due=awards(), proves=st.booleans())
def test_no_unit_is_lost_where_steps_are_given_up(faults: tuple[Fault, ...], due: list[Award], *, proves: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for module in (court, disturbed):
            patch.setattr(module, "POLICY", ahead(POLICY))
        assert check(faults, due, proves=proves) > 0
