"""One test for each sentence of the breaker."""

from dataclasses import replace

import pytest

from auction.sanctions.ban import Ban
from auction.sanctions.ended import Ended, Ending
from auction.sanctions.fade_breaker import FadeBreaker, FadeRules

MINUTE_MS = 60_000
LOOK_MS = 10 * MINUTE_MS
HOUR_MS = 60 * MINUTE_MS
QUARTER_MS = 15 * MINUTE_MS
RULES = FadeRules()


class Days:
    """A breaker, and fills that end in it one after the other."""

    def __init__(self, rules: FadeRules = RULES) -> None:
        self.breaker = FadeBreaker(rules, 0)
        self._count = 0

    def end(self, *endings: Ending, at_ms: int, solver: str = "a", award_ms: int | None = None) -> list[str]:
        """Let fills end at an instant, a minute after their awards unless said otherwise."""
        names = []
        for ending in endings:
            self._count += 1
            names.append(f"fill-{self._count}")
            awarded = at_ms - MINUTE_MS if award_ms is None else award_ms
            self.breaker.record(
                Ended(
                    fill_id=names[-1],
                    solver=solver,
                    ending=ending,
                    award_ms=awarded,
                    deadline_ms=at_ms,
                    ended_ms=at_ms,
                )
            )
        return names

    def look(self, now_ms: int, *solvers: str) -> list[Ban]:
        """Return the bans of all looks up to an instant."""
        return list(self.breaker.look(now_ms, solvers or ("a",)))


def blocked(days: Days, at_ms: int) -> Ban:
    """Return a ban for two fades just before a look."""
    days.end("walked", "walked", at_ms=at_ms - 1)
    (ban,) = days.look(at_ms)
    return ban


@pytest.mark.parametrize(("ending", "counts"), [("walked", 1), ("unbacked", 1), ("weather", 0), ("settled", 0)])
def test_only_what_the_solver_did_itself_is_a_fade(ending: Ending, counts: int) -> None:
    days = Days()
    days.end(ending, ending, at_ms=1)

    assert len(days.look(LOOK_MS)) == counts


def test_it_looks_every_ten_minutes() -> None:
    days = Days()
    days.end("walked", "walked", at_ms=1)

    assert days.look(LOOK_MS - 1) == []
    assert [ban.since_ms for ban in days.look(LOOK_MS)] == [LOOK_MS]


def test_fades_of_more_than_a_day_ago_do_not_count() -> None:
    days = Days()
    days.end("walked", at_ms=1)
    days.look(24 * HOUR_MS)
    days.end("walked", at_ms=24 * HOUR_MS + 1)

    assert days.look(24 * HOUR_MS + LOOK_MS) == []


def test_only_the_last_hundred_fills_count() -> None:
    many, few = Days(), Days()
    for days, settled in ((many, 100), (few, 84)):
        days.end(*["walked"] * 14, at_ms=1)
        days.end(*["settled"] * settled, at_ms=2)

    assert many.look(LOOK_MS) == []
    assert [ban.case.figures["orders"] for ban in few.look(LOOK_MS)] == [98]


@pytest.mark.parametrize(("fades", "settled", "is_blocked"), [(1, 0, False), (2, 0, True), (2, 2, True), (2, 3, False)])
def test_the_rate_is_laplaces_and_blocks_above_twelve_per_cent(fades: int, settled: int, is_blocked: bool) -> None:
    days = Days()
    days.end(*["walked"] * fades, *["settled"] * settled, at_ms=1)

    assert ((fades + 1) / (fades + settled + 20) > 0.12) is is_blocked
    assert bool(days.look(LOOK_MS)) is is_blocked


def test_blocks_double_from_a_quarter_of_an_hour_to_thirty_two_hours() -> None:
    days, at_ms, lengths = Days(), LOOK_MS, []
    for _ in range(10):
        ban = blocked(days, at_ms)
        lengths.append((ban.until_ms - ban.since_ms) // QUARTER_MS)
        at_ms = -(-(ban.until_ms + 1) // LOOK_MS) * LOOK_MS + LOOK_MS
        days.look(at_ms - LOOK_MS)

    assert lengths == [1, 2, 4, 8, 16, 32, 64, 128, 128, 128]


def test_fills_under_way_at_the_block_make_it_begin_anew_if_they_fade_as_well() -> None:
    days = Days()
    first = blocked(days, LOOK_MS)
    days.end("walked", "walked", at_ms=LOOK_MS + MINUTE_MS, award_ms=LOOK_MS - MINUTE_MS)

    (second,) = days.look(2 * LOOK_MS)

    assert (first.until_ms, second.until_ms) == (LOOK_MS + QUARTER_MS, 2 * LOOK_MS + 2 * QUARTER_MS)


def test_fills_under_way_at_the_block_that_are_settled_leave_it_as_it_is() -> None:
    days = Days()
    blocked(days, LOOK_MS)
    days.end("settled", "settled", at_ms=LOOK_MS + MINUTE_MS, award_ms=LOOK_MS - MINUTE_MS)

    assert days.look(2 * LOOK_MS) == []


def test_after_a_block_the_slate_is_clean() -> None:
    days = Days()
    ban = blocked(days, LOOK_MS)
    days.end("walked", at_ms=ban.until_ms + MINUTE_MS)

    assert days.look(ban.until_ms + 2 * LOOK_MS) == []


def settled_at_every_look(days: Days, from_ms: int, looks: int) -> int:
    for number in range(looks):
        days.end("settled", at_ms=from_ms + number * LOOK_MS + 1)
    return from_ms + looks * LOOK_MS


def test_six_clean_looks_lower_the_level_by_one() -> None:
    days = Days()
    ban = blocked(days, LOOK_MS)
    end_ms = settled_at_every_look(days, 3 * LOOK_MS, 6)

    days.look(end_ms + RULES.lag_ms - LOOK_MS)
    before = days.breaker.level("a")
    days.look(end_ms + RULES.lag_ms)

    assert ban.until_ms < 3 * LOOK_MS
    assert (before, days.breaker.level("a")) == (1, 0)


def test_looks_at_which_nothing_ended_do_not_count_as_clean() -> None:
    days = Days()
    blocked(days, LOOK_MS)
    settled_at_every_look(days, 3 * LOOK_MS, 5)

    days.look(72 * HOUR_MS)

    assert days.breaker.level("a") == 1


def test_a_fade_begins_the_count_of_clean_looks_anew() -> None:
    days = Days()
    blocked(days, LOOK_MS)
    middle_ms = settled_at_every_look(days, 3 * LOOK_MS, 5)
    days.end("walked", at_ms=middle_ms + 1)
    end_ms = settled_at_every_look(days, middle_ms + LOOK_MS, 5)

    days.look(end_ms + 12 * HOUR_MS)

    assert days.breaker.level("a") == 1


def test_a_delivery_that_is_taken_back_within_two_hours_never_counted_as_clean() -> None:
    days = Days()
    blocked(days, LOOK_MS)
    end_ms = settled_at_every_look(days, 3 * LOOK_MS, 5)
    (late,) = days.end("settled", at_ms=end_ms + 1)
    days.look(end_ms + HOUR_MS)
    days.breaker.take_back(late)

    days.look(end_ms + 12 * HOUR_MS)

    assert days.breaker.level("a") == 1


def test_solvers_of_one_entity_are_counted_and_blocked_together() -> None:
    days = Days(replace(RULES, entities={"a": "firm", "b": "firm"}))
    days.end("walked", at_ms=1, solver="a")
    days.end("walked", at_ms=1, solver="b")

    bans = days.look(LOOK_MS, "a", "b", "c")

    assert [ban.solver for ban in bans] == ["a", "b"]


def test_a_ban_carries_the_fills_and_figures_that_it_rests_on() -> None:
    days = Days()
    fades = days.end("walked", "unbacked", at_ms=1)
    days.end("settled", at_ms=2)

    (ban,) = days.look(LOOK_MS)

    assert ban.case.fills == tuple(fades)
    assert ban.case.figures == {"fades": 2, "orders": 3, "rate_ppm": 130_434, "most_ppm": 120_000, "level": 0}


def test_however_low_the_bound_nobody_is_blocked_without_a_fade() -> None:
    days = Days(replace(RULES, most_ppm=1))
    days.end("settled", at_ms=1)

    assert days.look(LOOK_MS) == []
