"""Sanctions by the rule table: statistics over what solvers did, and the longest penalty that they come to."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from auction.sanctions.ban import Ban, Case, ban
from auction.sanctions.ended import Ended
from auction.sanctions.fade_breaker import MILLION, FadeBreaker, FadeRules
from auction.sanctions.sanctions import Note
from auction.sanctions.table import HOUR_MS
from solvers.bid_codes import BidCode
from solvers.messages import BidResult

FALSE_CODES: Final[frozenset[BidCode]] = frozenset(
    {"terms", "overfill", "off_lot", "duplicate_fill", "wrong_round", "bound"}
)
"""Checks that a bid fails by its solver's doing alone: all that they ask of stands in the announcement.

A simulation that fails is not among them: it sees balances of makers that solvers do not.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRules:
    """Numbers of the table beside its durations."""

    fades: FadeRules = field(default_factory=FadeRules)
    least_ended: int = 12
    """Fills within an hour below which success is not measured."""

    least_success_ppm: int = 800_000
    least_bids: int = 20
    """Bids within an hour below which false ones are not counted."""


@dataclass(frozen=True, slots=True)
class _Bids:
    """What became of a solver's bids in one round."""

    time_ms: int
    round: int
    bids: int
    false: int


class TableSanctions:
    """All bans of a run."""

    def __init__(self, rules: TableRules, solvers: Sequence[str], start_ms: int) -> None:
        self._rules = rules
        self._solvers = tuple(sorted(solvers))
        self._fades = FadeBreaker(rules.fades, start_ms)
        self._ends: dict[str, deque[Ended]] = {name: deque() for name in self._solvers}
        self._bids: dict[str, deque[_Bids]] = {name: deque() for name in self._solvers}
        self._bans: dict[str, list[Ban]] = {name: [] for name in self._solvers}

    def ended(self, end: Ended) -> Sequence[Note]:
        """Take note of how a fill ended, and ban whom that convicts at once."""
        self._fades.record(end)
        if end.ending == "weather":
            return ()
        self._ends[end.solver].append(end)
        found = [*self._unbacked(end), *self._unsuccessful(end.solver, end.ended_ms)]
        return self._in_force(found)

    def taken_back(self, fill_id: str) -> None:
        """Forget how a fill ended."""
        self._fades.take_back(fill_id)
        for name, ends in self._ends.items():
            self._ends[name] = deque(end for end in ends if end.fill_id != fill_id)

    def judged(self, now_ms: int, number: int, results: Mapping[str, Sequence[BidResult]]) -> Sequence[Note]:
        """Take note of what became of the bids of a round, and ban whom that convicts."""
        found = []
        for name, told in sorted(results.items()):
            foreign = next((result for result in told if result.code == "foreign"), None)
            if foreign is not None:
                case = Case(reason=foreign.detail, figures={"round": number, "position": foreign.position})
                found.append(ban(name, "impersonation", now_ms, case))
            counted = [result for result in told if result.code != "suspended"]
            if counted:
                false = sum(result.code in FALSE_CODES for result in counted)
                self._bids[name].append(_Bids(now_ms, number, len(counted), false))
            found += self._false(name, now_ms)
        return self._in_force(found)

    def breached(self, now_ms: int, solver: str, case: Case) -> Sequence[Note]:
        """Ban a solver that settled something else than it was awarded."""
        return self._in_force([ban(solver, "breach", now_ms, case)])

    def look(self, now_ms: int) -> Sequence[Note]:
        """Let the fade breaker look as often as is due."""
        return self._in_force(list(self._fades.look(now_ms, self._solvers)))

    def refused(self, now_ms: int) -> Mapping[str, str]:
        """Return whose bids are refused, each with the ban that lasts longest."""
        found = {}
        for name, bans in self._bans.items():
            live = [each for each in bans if each.since_ms <= now_ms < each.until_ms]
            if live:
                longest = max(live, key=lambda b: b.until_ms)
                found[name] = f"banned until {longest.until_ms} for {longest.code}: {longest.case.reason}"
        return found

    def _in_force(self, bans: Sequence[Ban]) -> Sequence[Note]:
        """Put bans into force, less those that change nothing because the same conduct is being punished."""
        notes: list[Note] = []
        for new in bans:
            known = self._bans[new.solver]
            if new.code != "fade_rate" and any(b.code == new.code and new.since_ms < b.until_ms for b in known):
                continue
            known.append(new)
            notes.append(("solver.banned", new.body))
        return notes

    def _unbacked(self, end: Ended) -> Sequence[Ban]:
        if end.ending != "unbacked":
            return ()
        figures = {"award_ms": end.award_ms, "deadline_ms": end.deadline_ms}
        reason = "it won a fill and lacked what it had promised to bring"
        return (ban(end.solver, "unbacked", end.ended_ms, Case(reason=reason, fills=(end.fill_id,), figures=figures)),)

    def _unsuccessful(self, solver: str, now_ms: int) -> Sequence[Ban]:
        ends = self._ends[solver]
        while ends and ends[0].ended_ms <= now_ms - HOUR_MS:
            ends.popleft()
        settled = sum(not end.is_fade for end in ends)
        least = self._rules.least_success_ppm
        if len(ends) < self._rules.least_ended or settled * MILLION >= least * len(ends):
            return ()
        reason = f"of {len(ends)} fills that ended within an hour it settled {settled}"
        fades = tuple(end.fill_id for end in ends if end.is_fade)
        figures = {"settled": settled, "ended": len(ends), "least_ppm": least}
        return (ban(solver, "low_success", now_ms, Case(reason=reason, fills=fades, figures=figures)),)

    def _false(self, solver: str, now_ms: int) -> Sequence[Ban]:
        rounds = self._bids[solver]
        while rounds and rounds[0].time_ms <= now_ms - HOUR_MS:
            rounds.popleft()
        bids, false = sum(seen.bids for seen in rounds), sum(seen.false for seen in rounds)
        if bids < self._rules.least_bids or 2 * false <= bids:
            return ()
        reason = f"of {bids} bids within an hour {false} broke the owner's terms or their own"
        figures = {"false": false, "bids": bids, "first_round": rounds[0].round, "last_round": rounds[-1].round}
        return (ban(solver, "false_bids", now_ms, Case(reason=reason, figures=figures)),)
