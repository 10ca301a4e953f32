from typing import Any

import pytest

from auction.sanctions.ban import Case
from auction.sanctions.by_table import TableRules, TableSanctions
from auction.sanctions.ended import Ended, Ending
from auction.sanctions.table import PENALTIES
from solvers.bid_codes import BidCode
from solvers.messages import BidResult

HOUR_MS = 3_600_000
CASE = Case(
    reason="amounts: 9 for 8",
    fills=("f",),
    figures={"awarded_gain": 7, "settled_gain": 0, "damage": 7, "slashed": 7},
)


class Bench:
    """Table sanctions over two solvers, and what they noted."""

    def __init__(self) -> None:
        self.sanctions = TableSanctions(TableRules(), ("a", "b"), 0)
        self.bans: list[dict[str, Any]] = []
        self._count = 0

    def end(self, ending: Ending, times: int = 1, at_ms: int = 1) -> None:
        """Let fills of `a` end."""
        for _ in range(times):
            self._count += 1
            notes = self.sanctions.ended(
                Ended(fill_id=f"f{self._count}", solver="a", ending=ending, award_ms=0, deadline_ms=9, ended_ms=at_ms)
            )
            self.note(notes)

    def judge(self, *codes: BidCode, at_ms: int = 1, number: int = 1) -> None:
        """Let a round's bids of `a` have these codes."""
        told = [BidResult(position=i, outcome="dropped", code=code, score=0) for i, code in enumerate(codes)]
        self.note(self.sanctions.judged(at_ms, number, {"a": told}))

    def breach(self, at_ms: int) -> None:
        """Let `a` have settled something else than it was awarded."""
        self.note(self.sanctions.breached(at_ms, "a", CASE))

    def note(self, notes: Any) -> None:
        self.bans += [body for _, body in notes]


def test_who_lacked_what_it_promised_is_banned_at_once() -> None:
    bench = Bench()

    bench.end("unbacked", at_ms=5)

    (ban,) = bench.bans
    assert (ban["code"], ban["fills"], ban["until"]) == ("unbacked", ["f1"], 5 + HOUR_MS)
    assert list(bench.sanctions.refused(5)) == ["a"]


@pytest.mark.parametrize(("settled", "walked", "codes"), [(9, 2, []), (9, 3, ["low_success"]), (10, 2, [])])
def test_success_below_four_fifths_of_twelve_fills_or_more_is_banned_for_three_hours(
    settled: int, walked: int, codes: list[str]
) -> None:
    bench = Bench()

    bench.end("walked", walked)
    bench.end("settled", settled)

    assert [ban["code"] for ban in bench.bans] == codes
    assert all(ban["until"] - ban["since"] == 3 * HOUR_MS for ban in bench.bans)


def test_weather_never_counts_against_success() -> None:
    bench = Bench()

    bench.end("weather", 50)
    bench.end("settled", 12)

    assert bench.bans == []


def test_fills_that_ended_more_than_an_hour_ago_do_not_count_for_success() -> None:
    bench = Bench()

    bench.end("walked", 11, at_ms=1)
    bench.end("walked", at_ms=HOUR_MS + 1)

    assert bench.bans == []


@pytest.mark.parametrize(("false", "good", "is_banned"), [(10, 10, False), (11, 9, True), (11, 8, False)])
def test_mostly_false_bids_are_banned_from_twenty_bids_on(false: int, good: int, is_banned: bool) -> None:
    bench = Bench()

    bench.judge(*["terms"] * false, *["won"] * good)

    assert [ban["code"] for ban in bench.bans] == ["false_bids"] * is_banned


def test_bids_that_failed_in_simulation_are_not_false() -> None:
    bench = Bench()

    bench.judge(*["simulation"] * 40)

    assert bench.bans == []


def test_a_bid_in_another_name_is_banned_for_a_day() -> None:
    bench = Bench()

    bench.judge("won", "foreign", number=7)

    (ban,) = bench.bans
    assert (ban["code"], ban["figures"]) == ("impersonation", {"round": 7, "position": 1})
    assert ban["until"] - ban["since"] == 24 * HOUR_MS


def test_the_longest_ban_counts() -> None:
    bench = Bench()
    bench.judge("foreign", at_ms=1)
    bench.end("unbacked", at_ms=2)

    later = bench.sanctions.refused(2 * HOUR_MS)

    assert "impersonation" in later["a"]
    assert bench.sanctions.refused(24 * HOUR_MS + 2) == {}


def test_what_is_being_punished_is_not_punished_twice() -> None:
    bench = Bench()

    bench.end("unbacked", 3)

    assert [ban["code"] for ban in bench.bans] == ["unbacked"]


def test_a_delivery_that_was_taken_back_and_not_made_good_does_not_count_as_success() -> None:
    bench = Bench()
    bench.end("settled", 10)
    for number in range(1, 4):
        bench.sanctions.taken_back(f"f{number}")

    bench.end("walked", 5)

    assert [ban["figures"] for ban in bench.bans] == [{"settled": 7, "ended": 12, "least_ppm": 800_000}]


def test_the_breaker_blocks_through_the_table() -> None:
    bench = Bench()
    bench.end("walked", 2)

    bench.note(bench.sanctions.look(600_000))

    assert [ban["code"] for ban in bench.bans] == ["fade_rate"]
    assert list(bench.sanctions.refused(600_000)) == ["a"]


def test_every_ban_carries_the_figures_that_its_row_of_the_table_names() -> None:
    bench = Bench()
    bench.end("unbacked", 2)
    bench.end("walked", 10)
    bench.judge(*["terms"] * 20, "foreign")
    bench.breach(at_ms=1)
    bench.note(bench.sanctions.look(600_000))

    told = {ban["code"]: set(ban["figures"]) for ban in bench.bans}

    assert told == {code: set(penalty.evidence) for code, penalty in PENALTIES.items()}


def test_who_settled_something_else_than_awarded_is_banned_for_a_day_with_the_evidence() -> None:
    bench = Bench()

    bench.breach(at_ms=5)
    bench.breach(at_ms=6)

    (ban,) = bench.bans
    assert (ban["code"], ban["fills"], ban["figures"]) == ("breach", ["f"], CASE.figures)
    assert dict(bench.sanctions.refused(4 + 24 * HOUR_MS)) == {
        "a": f"banned until {5 + 24 * HOUR_MS} for breach: amounts: 9 for 8"
    }
    assert bench.sanctions.refused(5 + 24 * HOUR_MS) == {}


def test_of_several_penalties_in_force_the_longest_is_told() -> None:
    bench = Bench()
    bench.end("unbacked", at_ms=1)
    bench.breach(at_ms=2)
    bench.judge("foreign", at_ms=1)

    assert bench.sanctions.refused(3)["a"].startswith(f"banned until {2 + 24 * HOUR_MS} for breach")


def test_bids_that_were_refused_because_of_a_ban_do_not_count_as_good_ones() -> None:
    bench = Bench()
    bench.judge(*["terms"] * 20, at_ms=1)
    (first,) = bench.bans
    bench.judge(*["suspended"] * 90, at_ms=first["until"] - 1)

    bench.judge(*["terms"] * 20, at_ms=first["until"])

    assert [ban["code"] for ban in bench.bans] == ["false_bids", "false_bids"]
    assert bench.bans[-1]["figures"]["bids"] == 20
