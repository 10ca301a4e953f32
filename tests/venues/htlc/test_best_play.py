"""No accepted schedule can be played against; each condition left out can."""

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.venues.htlc.schedules import made, slackened, timing, timings, without
from venues.htlc.best_play import losing_play
from venues.htlc.ladder import Condition, Timing
from venues.htlc.timelocks import Schedule

CONDITIONS = get_args(Condition)
MAKER_LOSES = {"c", "e"}
"""Conditions that keep the maker safe; the others keep the taker safe."""


def is_safe(schedule: Schedule, source: Timing, destination: Timing) -> bool:
    return all(losing_play(schedule, source, destination, honest, 1) is None for honest in ("maker", "taker"))


@settings(max_examples=30, deadline=None)
@given(timings(2, 3), timings(2, 3))
def test_a_ladder_cannot_be_played_against(source: Timing, destination: Timing) -> None:
    assert is_safe(made(source, destination), source, destination)


@settings(max_examples=60, deadline=None)
@given(st.data(), timings(2, 2), timings(2, 2))
def test_no_accepted_schedule_can_be_played_against(data: st.DataObject, source: Timing, destination: Timing) -> None:
    assert is_safe(data.draw(slackened(source, destination)), source, destination)


@pytest.mark.proof
@settings(max_examples=400, deadline=None)
@given(st.data(), timings(3, 4), timings(3, 4))
def test_no_accepted_schedule_can_be_played_against_on_slower_chains(
    data: st.DataObject, source: Timing, destination: Timing
) -> None:
    assert is_safe(data.draw(slackened(source, destination)), source, destination)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_without_a_condition_there_is_a_losing_play(condition: Condition) -> None:
    source, destination = timing(1, 3), timing(1, 4)
    schedule = without(condition, source, destination)

    play = losing_play(schedule, source, destination, "maker" if condition in MAKER_LOSES else "taker", 1)

    assert play is not None


@pytest.mark.parametrize(
    ("stage", "ticks"), [("lock_from", 2), ("withdrawal", 2), ("cancellation", 2), ("source cancellation", 3)]
)
def test_a_ladder_is_as_short_as_it_can_be_to_within_three_ticks(stage: str, ticks: int) -> None:
    """Blocks come at whole ticks and bounds are exclusive: that is what the ticks between them are."""
    source, destination = timing(2, 3), timing(2, 3)
    base = made(source, destination)
    mine, theirs = base.source, base.destination
    shorter = {
        "lock_from": replace(base, lock_from_ms=base.lock_from_ms - ticks),
        "withdrawal": replace(base, destination=replace(theirs, withdrawal_ms=theirs.withdrawal_ms - ticks)),
        "cancellation": replace(base, destination=replace(theirs, cancellation_ms=theirs.cancellation_ms - ticks)),
        "source cancellation": replace(base, source=replace(mine, cancellation_ms=mine.cancellation_ms - ticks)),
    }

    assert not is_safe(shorter[stage], source, destination)


def test_a_play_tells_how_the_taker_is_robbed() -> None:
    """A destination locked too early: the source is undone, and the secret shown on the destination."""
    source, destination = timing(1, 3), timing(1, 2)

    play = losing_play(without("a", source, destination), source, destination, "taker", 1)

    assert play is not None
    assert play.moments[-1].source.lock.state == "absent"
    assert play.moments[-1].destination.lock.state == "withdrawn"
    assert str(play).splitlines()[-1].endswith("source absent, destination withdrawn, secret out")


def test_a_play_is_found_again_in_any_unit() -> None:
    source, destination = timing(1, 3), timing(1, 2)
    slow = [Timing(inclusion_ms=t.inclusion_ms * 7, finality_ms=t.finality_ms * 7) for t in (source, destination)]

    play = losing_play(without("a", source, destination), source, destination, "taker", 1)
    scaled = losing_play(without("a", *slow), *slow, "taker", 7)

    assert play == scaled


def test_times_between_ticks_are_refused() -> None:
    source = timing(3, 3)

    with pytest.raises(ValueError, match="whole ticks"):
        losing_play(made(source, source), source, source, "maker", 2)
