"""The breaker: a solver that breaks its word is kept out for a while, twice as long each time.

The numbers are those of UniswapX's fade breaker: a quarter of an hour, doubled at each further fault, up to 32 hours
(`uniswapx-parameterization-api`, read 20 August 2026). Only faults found by attribution count, never bad weather.
"""

from typing import Final

FIRST_MS: Final = 900_000
"""Length of the first suspension."""

MOST_DOUBLINGS: Final = 7


class Breaker:
    """Suspensions of all solvers."""

    def __init__(self) -> None:
        self._faults: dict[str, int] = {}
        self._until_ms: dict[str, int] = {}

    def fault(self, solver: str, now_ms: int) -> int:
        """Suspend a solver for a fault, and return until when; faults found while it is suspended add nothing."""
        if not self.is_suspended(solver, now_ms):
            doublings = min(self._faults.get(solver, 0), MOST_DOUBLINGS)
            self._faults[solver] = self._faults.get(solver, 0) + 1
            self._until_ms[solver] = now_ms + FIRST_MS * 2**doublings
        return self._until_ms[solver]

    def is_suspended(self, solver: str, now_ms: int) -> bool:
        """Return whether a solver's bids are refused now."""
        return now_ms < self._until_ms.get(solver, 0)

    def suspended(self, now_ms: int) -> tuple[str, ...]:
        """Return the solvers whose bids are refused now, sorted."""
        return tuple(sorted(name for name in self._until_ms if self.is_suspended(name, now_ms)))
