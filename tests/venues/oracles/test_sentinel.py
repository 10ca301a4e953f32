from collections.abc import Callable
from typing import Any

import pytest

from tests.venues.small_world import L2, START_MS, chain_state, make_chain
from venues.oracles.sentinel import GRACE_MS, HOPELESS_PPM, Sentinel, Uptime, uptime_of

GUARD = Sentinel()
Act = Callable[[Uptime, int], bool]


@pytest.mark.parametrize(("after_ms", "allowed"), [(0, False), (GRACE_MS, False), (GRACE_MS + 1, True)])
def test_the_grace_period_must_be_over_and_not_just_reached(after_ms: int, allowed: bool) -> None:
    uptime = Uptime(is_up=True, since_ms=START_MS)

    assert GUARD.may_borrow(uptime, START_MS + after_ms) == allowed
    assert GUARD.may_liquidate(uptime, START_MS + after_ms, 990_000) == allowed


def test_while_the_sequencer_is_down_nothing_is_allowed_however_long() -> None:
    uptime = Uptime(is_up=False, since_ms=START_MS)

    assert not GUARD.may_borrow(uptime, START_MS + 10 * GRACE_MS)
    assert not GUARD.may_liquidate(uptime, START_MS + 10 * GRACE_MS, HOPELESS_PPM)


def test_an_account_far_below_water_is_liquidated_at_any_time() -> None:
    assert GUARD.may_liquidate(Uptime(is_up=False, since_ms=START_MS), START_MS, HOPELESS_PPM - 1)


def test_a_feed_sees_an_outage_when_blocks_stay_away_and_its_end_when_they_return() -> None:
    times = [0, 2_000, 4_000]

    assert uptime_of(times, 34_000, 30_000) == Uptime(is_up=True, since_ms=0)
    assert uptime_of(times, 34_001, 30_000) == Uptime(is_up=False, since_ms=34_000)
    assert uptime_of([*times, 90_000, 92_000], 93_000, 30_000) == Uptime(is_up=True, since_ms=90_000)


def test_of_two_outages_the_last_one_counts() -> None:
    assert uptime_of([0, 60_000, 62_000, 150_000], 151_000, 30_000).since_ms == 150_000


def test_a_chain_that_never_stopped_is_trusted_at_once() -> None:
    chain: Any = make_chain(chain_state(L2))
    for _ in range(20):
        chain.produce()

    uptime = uptime_of([block.time_ms for block in chain.recent], chain.time_ms, 30_000)

    assert uptime == Uptime(is_up=True, since_ms=0)
    assert GUARD.may_borrow(uptime, chain.time_ms)
