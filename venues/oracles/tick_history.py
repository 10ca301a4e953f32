"""A pool's own oracle: sums of ticks over time, from which anybody takes a mean.

At the first trade of a block the pool adds the tick it had before, times the seconds it had it, to a running sum, and
keeps the latest sums in a ring. The mean tick between two instants is the difference of the sums over the time, which
is the logarithm of the geometric mean price. To move it, a manipulator must hold the price away for as long as the
window.

Source: Uniswap/v3-core, commit d8b1c635, `contracts/libraries/Oracle.sol`.
"""

from bisect import bisect_right
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Observation:
    """Sums at one instant."""

    time_s: int
    ticks: int
    """Tick times seconds, since the pool began."""

    seconds_per_liquidity: int
    """Seconds over liquidity, times 2**128, since the pool began."""

    def later(self, time_s: int, tick: int, liquidity: int) -> "Observation":
        """Return the sums at `time_s` if the pool had this tick and liquidity all the while."""
        elapsed = time_s - self.time_s
        spl = self.seconds_per_liquidity + (elapsed << 128) // max(liquidity, 1)
        return Observation(time_s, self.ticks + tick * elapsed, spl)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The history does not reach back to the instant that was asked for."""

    oldest_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TickHistory:
    """The ring of sums of one pool, and what the pool is like now."""

    tick: int
    """Logarithm of the price to the base 1.0001, rounded down."""

    liquidity: int
    size: int
    """Sums that are kept; an older one is overwritten."""

    observations: tuple[Observation, ...]
    """Oldest first."""

    @classmethod
    def begin(cls, time_s: int, tick: int, liquidity: int, size: int) -> "TickHistory":
        """Return the history of a pool that begins now."""
        return cls(tick=tick, liquidity=liquidity, size=size, observations=(Observation(time_s, 0, 0),))

    def moved(self, time_s: int, tick: int, liquidity: int) -> "TickHistory":
        """Return the history after the pool changed; only the first change of a second writes."""
        last = self.observations[-1]
        if last.time_s == time_s:
            return replace(self, tick=tick, liquidity=liquidity)
        written = (*self.observations, last.later(time_s, self.tick, self.liquidity))
        return replace(self, tick=tick, liquidity=liquidity, observations=written[-self.size :])

    def at(self, time_s: int, now_s: int) -> Observation | Forgotten:
        """Return the sums at an instant not after `now_s`.

        Rounding: between two sums the rate is taken first, towards zero for ticks, and then multiplied.

        Raises:
            ValueError: if the instant lies after `now_s`.
        """
        if time_s > now_s:
            raise ValueError(f"{time_s} lies after {now_s}")
        index = bisect_right(self.observations, time_s, key=lambda observation: observation.time_s) - 1
        if index < 0:
            return Forgotten(self.observations[0].time_s)
        before = self.observations[index]
        if before.time_s == time_s:
            return before
        if index + 1 == len(self.observations):
            return before.later(time_s, self.tick, self.liquidity)
        after, elapsed = self.observations[index + 1], time_s - before.time_s
        span = after.time_s - before.time_s
        ticks = _towards_zero(after.ticks - before.ticks, span) * elapsed
        spl = (after.seconds_per_liquidity - before.seconds_per_liquidity) * elapsed // span
        return Observation(time_s, before.ticks + ticks, before.seconds_per_liquidity + spl)

    def mean_tick(self, window_s: int, now_s: int) -> int | Forgotten:
        """Return the mean tick over the last `window_s`, rounded down."""
        start, end = self.at(now_s - window_s, now_s), self.at(now_s, now_s)
        if isinstance(start, Forgotten):
            return start
        if isinstance(end, Forgotten):
            return end
        return (end.ticks - start.ticks) // window_s


def _towards_zero(number: int, divisor: int) -> int:
    return number // divisor if number >= 0 else -(-number // divisor)
