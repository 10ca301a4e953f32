"""Timelock ladders: what they are made of, and what they refuse."""

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.venues.htlc.schedules import loosened, made, timing, timings, without
from venues.htlc.ladder import MEANING, Condition, Timing, TooLong, accepts, broken, ladder

CONDITIONS = get_args(Condition)


def times_of(time: Timing, factor: int) -> Timing:
    return Timing(inclusion_ms=time.inclusion_ms * factor, finality_ms=time.finality_ms * factor)


times = st.builds(Timing, inclusion_ms=st.integers(1, 10**7), finality_ms=st.integers(0, 10**8))


@given(times, times)
def test_a_ladder_keeps_every_condition(source: Timing, destination: Timing) -> None:
    assert broken(made(source, destination), source, destination) == ()


@given(times, times, st.integers(1, 10**6), st.booleans())
def test_a_slower_chain_breaks_the_ladder_of_a_faster_one(
    source: Timing, destination: Timing, more: int, on_source: bool
) -> None:
    schedule = made(source, destination)
    slow = replace(source if on_source else destination, inclusion_ms=10**7 + more)

    assert not accepts(schedule, *((slow, destination) if on_source else (source, slow)))


def test_a_ladder_worked_out_by_hand() -> None:
    """Inclusion 2 and finality 5 on the source, 1 and 3 on the destination.

    Destination: final after 3, private for 2 + 1, public for 1 + 3 + 1. It is locked 5 to 6 after the source, so the
    secret is out by 6 + 11 + 3, and the taker has 2 + 5 + 2 from then.
    """
    schedule = made(timing(2, 5), timing(1, 3))

    theirs, mine = schedule.destination, schedule.source
    assert (schedule.lock_from_ms, schedule.lock_until_ms, schedule.revealed_by_ms) == (5, 6, 20)
    assert (theirs.withdrawal_ms, theirs.public_withdrawal_ms, theirs.cancellation_ms) == (3, 6, 11)
    assert (mine.withdrawal_ms, mine.cancellation_ms, mine.public_cancellation_ms) == (5, 29, 31)
    assert schedule.length_ms == 31


@pytest.mark.parametrize("condition", CONDITIONS)
def test_each_condition_can_be_the_only_one_that_is_broken(condition: Condition) -> None:
    source, destination = timing(2, 5), timing(2, 5)

    assert broken(without(condition, source, destination), source, destination) == (condition,)


@pytest.mark.parametrize(
    ("longest", "condition"), [(4, "a"), (8, "c"), (16, "e"), (19, "b"), (30, "d"), (31, None), (None, None)]
)
def test_what_does_not_fit_is_named(longest: int | None, condition: Condition | None) -> None:
    found = ladder(timing(2, 5), timing(1, 3), longest)

    assert (found.condition if isinstance(found, TooLong) else None) == condition


@given(times, times, st.integers(1, 10**9))
def test_a_ladder_is_refused_just_where_it_is_too_long(source: Timing, destination: Timing, longest: int) -> None:
    found = ladder(source, destination, longest)

    assert isinstance(found, TooLong) == (made(source, destination).length_ms > longest)


@given(st.data(), timings(3, 5), timings(3, 5), st.integers(2, 50))
def test_slower_chains_break_no_fewer_conditions(
    data: st.DataObject, source: Timing, destination: Timing, factor: int
) -> None:
    schedule = data.draw(loosened(source, destination))

    slow = [times_of(time, factor) for time in (source, destination)]

    assert set(broken(schedule, source, destination)) <= set(broken(schedule, *slow))


@given(times, times, st.integers(2, 50))
def test_a_ladder_grows_with_its_chains(source: Timing, destination: Timing, factor: int) -> None:
    slow = made(times_of(source, factor), times_of(destination, factor))

    assert slow.length_ms == made(source, destination).length_ms * factor


@given(times, st.integers(1, 10**6))
def test_rounding_never_shortens(time: Timing, step: int) -> None:
    found = time.rounded(step)

    assert found.inclusion_ms % step == found.finality_ms % step == 0
    assert 0 <= found.inclusion_ms - time.inclusion_ms < step
    assert 0 <= found.finality_ms - time.finality_ms < step


def test_inclusion_takes_time() -> None:
    with pytest.raises(ValueError, match="impossible"):
        Timing(inclusion_ms=0, finality_ms=1)


def test_every_condition_has_a_meaning() -> None:
    assert set(MEANING) == set(CONDITIONS)
