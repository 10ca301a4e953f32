"""The fade breaker: keeps out who wins and does not settle too often, by the numbers of UniswapX.

1. A fade is a fill that its solver won and, by its own doing, did not settle.
2. Every ten minutes each entity is looked at: its fills of the last 24 hours, the last 100 of them.
3. Its rate is Laplace's, (fades + 1) / (fills + 20); above 12 % it is blocked.
4. A block lasts 15 min times 2^level, the level rises by one with each block, up to 7 (32 h).
5. Fills under way when a block begins end within it; if they alone are above the rate, the block begins anew.
6. A fill whose deadline is not after the end of the last block does not count later.
7. The level falls by one after six clean looks in a row, each with a settled fill or more and no fade. A look at which
   nothing ended changes nothing; any fade begins the count anew.
8. That count looks two hours back, for a delivery may yet be taken back.
9. With ten fills or more and 6 % of fades an entity is on the watch-list, which blocks nobody.
10. Fills of all solvers of one entity count together.

Upstream also lets everybody bid while its store cannot be reached; here the record is part of the state.

[fade rate]: uniswapx-parameterization-api, lib/cron/fade-rate-v2.ts, lib/repositories/fades-repository.ts, as read on
20 August 2026.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from auction.sanctions.ban import Ban, Case
from auction.sanctions.ended import Ended
from auction.sanctions.table import PENALTIES

MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FadeRules:
    """Numbers of the breaker."""

    every_ms: int = 600_000
    window_ms: int = 86_400_000
    most_orders: int = 100
    most_ppm: int = 120_000
    prior_fades: int = 1
    prior_orders: int = 20
    clean_looks: int = 6
    lag_ms: int = 7_200_000
    entities: Mapping[str, str] = field(default_factory=dict)
    """Entity of each solver; one that is not named is its own."""

    def entity(self, solver: str) -> str:
        """Return whom the fills of a solver count to."""
        return self.entities.get(solver, solver)

    def rate_ppm(self, fades: int, orders: int) -> int:
        """Return Laplace's rate, in millionths, rounded down."""
        return (fades + self.prior_fades) * MILLION // (orders + self.prior_orders)


@dataclass(slots=True)
class _File:
    """What is known of one entity."""

    fills: list[Ended] = field(default_factory=list)
    level: int = 0
    clean: int = 0
    since_ms: int = 0
    until_ms: int = 0
    """End of the last block; only fills with a later deadline count."""

    lagged_ms: int = 0
    """Instant up to which fills have been classified for the level to fall."""


class FadeBreaker:
    """The record of all entities."""

    def __init__(self, rules: FadeRules, start_ms: int) -> None:
        """Begin with nothing on record."""
        self._rules = rules
        self._next_ms = start_ms + rules.every_ms
        self._files: dict[str, _File] = {}

    def record(self, end: Ended) -> None:
        """Take note of a fill that ended, unless nobody answers for how it did."""
        if end.ending != "weather":
            self._files.setdefault(self._rules.entity(end.solver), _File()).fills.append(end)

    def take_back(self, fill_id: str) -> None:
        """Forget how a fill ended: its delivery was taken back."""
        for file in self._files.values():
            file.fills = [end for end in file.fills if end.fill_id != fill_id]

    def look(self, now_ms: int, solvers: Sequence[str]) -> Iterator[Ban]:
        """Yield the bans of all looks that are due by now; one for each solver of a blocked entity."""
        while self._next_ms <= now_ms:
            at_ms, self._next_ms = self._next_ms, self._next_ms + self._rules.every_ms
            for entity in sorted(self._files):
                yield from self._look(entity, at_ms, [s for s in solvers if self._rules.entity(s) == entity])

    def level(self, solver: str) -> int:
        """Return how often the next block of a solver's entity will be doubled."""
        file = self._files.get(self._rules.entity(solver))
        return file.level if file else 0

    def _look(self, entity: str, now_ms: int, solvers: Sequence[str]) -> Iterator[Ban]:
        file, rules = self._files[entity], self._rules
        is_blocked = now_ms < file.until_ms
        counted = self._window(file, now_ms, since_ms=file.until_ms)
        if is_blocked:
            counted = [end for end in file.fills if end.award_ms <= file.since_ms < end.ended_ms <= now_ms]
        fades = sum(end.is_fade for end in counted)
        if fades and rules.rate_ppm(fades, len(counted)) > rules.most_ppm:
            ban = self._block(file, now_ms, counted)
            yield from (replace(ban, solver=solver) for solver in solvers)
        elif not is_blocked:
            self._ease(file, now_ms)

    def _block(self, file: _File, now_ms: int, counted: Sequence[Ended]) -> Ban:
        rules, penalty = self._rules, PENALTIES["fade_rate"]
        fades, level = sum(end.is_fade for end in counted), min(file.level, penalty.doublings)
        file.since_ms, file.until_ms = now_ms, now_ms + penalty.lasts_ms * 2**level
        file.level, file.clean = file.level + 1, 0
        case = Case(
            reason=f"{fades} of its last {len(counted)} fills were not settled by its own doing",
            fills=tuple(end.fill_id for end in counted if end.is_fade),
            figures={
                "fades": fades,
                "orders": len(counted),
                "rate_ppm": rules.rate_ppm(fades, len(counted)),
                "most_ppm": rules.most_ppm,
                "level": level,
            },
        )
        return Ban(solver="", code="fade_rate", since_ms=now_ms, until_ms=file.until_ms, case=case)

    def _ease(self, file: _File, now_ms: int) -> None:
        """Count a clean look, and let the level fall after enough of them."""
        upto = now_ms - self._rules.lag_ms
        new = [end for end in file.fills if file.lagged_ms < end.ended_ms <= upto]
        file.lagged_ms = max(file.lagged_ms, upto)
        if any(end.is_fade for end in new):
            file.clean = 0
        elif new:
            file.clean += 1
        if file.clean == self._rules.clean_looks:
            file.level, file.clean = max(min(file.level, PENALTIES["fade_rate"].doublings) - 1, 0), 0

    def _window(self, file: _File, now_ms: int, since_ms: int) -> list[Ended]:
        """Return the fills that count now, the last to end at the end."""
        recent = [end for end in file.fills if now_ms - self._rules.window_ms < end.ended_ms <= now_ms]
        ordered = sorted(recent, key=lambda end: (end.ended_ms, end.fill_id))
        return [end for end in ordered if end.deadline_ms > since_ms][-self._rules.most_orders :]
