"""The two parties of swaps, who follow the protocol, and can be away from it.

A maker opens the source lock on a ladder that allows for what both chains show at that instant. A taker looks at the
chains again before answering, and leaves alone what is not safe any more; what it may still cancel when the maker came
too late, it cancels. Neither keeps any state: all that they know stands on the chains.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from venues.htlc.calls import Cancel, OpenLock, Withdraw
from venues.htlc.ladder import TooLong, accepts, ladder
from venues.htlc.lock import HashLock
from venues.htlc.sending import Errand, offers
from venues.htlc.swap import Sight, Swap, SwapRules, look
from venues.view import Offer, View


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapMaker:
    """Who gives on the source and chose the secret."""

    name: str
    swaps: tuple[Swap, ...]
    rules: SwapRules

    def next_ms(self, now_ms: int) -> int:
        """Return the next time it looks at the chains."""
        return now_ms + self.rules.period_ms

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Send what its swaps need of it."""
        errands = (
            errand
            for swap in self.swaps
            if swap.start_ms <= now_ms
            for errand in self._errands(look(view, swap), view, now_ms)
        )
        return offers(errands, self.name, view, self.rules.bidding, now_ms)

    def _errands(self, sight: Sight, view: View, now_ms: int) -> Iterator[Errand]:
        swap, source, destination = sight.swap, sight.source, sight.destination
        if source is None and now_ms <= swap.until_ms:
            yield from self._opening(swap, view, now_ms)
        if source is not None and source.state == "locked" and source.cancellable(self.name, now_ms):
            yield Errand(swap.source, Cancel(lock_id=swap.id, caller=self.name))
        is_ripe = destination is not None and destination.state == "locked"
        if destination is not None and is_ripe and destination.withdrawable(self.name, now_ms) and sight.is_out(now_ms):
            yield Errand(swap.destination, Withdraw(lock_id=swap.id, caller=self.name, secret=swap.secret))

    def _opening(self, swap: Swap, view: View, now_ms: int) -> Iterator[Errand]:
        """Yield the opening of the source lock, if a ladder fits into the time that the maker has."""
        percent = self.rules.margin_percent
        source, destination = (
            self.rules.timing(view.chain(chain), now_ms, percent) for chain in (swap.source, swap.destination)
        )
        schedule = ladder(source, destination, self.rules.longest_ms)
        if not isinstance(schedule, TooLong):
            yield Errand(swap.source, OpenLock(terms=swap.terms("source", schedule), deadline_ms=swap.until_ms))


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapTaker:
    """Who gives on the destination."""

    name: str
    swaps: tuple[Swap, ...]
    rules: SwapRules
    away: tuple[tuple[int, int], ...] = ()
    """Times during which it does nothing: from each first instant up to the second."""

    def next_ms(self, now_ms: int) -> int:
        """Return the next time it looks at the chains."""
        return now_ms + self.rules.period_ms

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Send what its swaps need of it, if it is there."""
        if any(start <= now_ms < end for start, end in self.away):
            return ()
        errands = (errand for swap in self.swaps for errand in self._errands(look(view, swap), view, now_ms))
        return offers(errands, self.name, view, self.rules.bidding, now_ms)

    def _errands(self, sight: Sight, view: View, now_ms: int) -> Iterator[Errand]:
        swap, source, destination = sight.swap, sight.source, sight.destination
        if source is None:
            return
        if destination is None:
            if source.state == "locked" and self._is_time(source, now_ms) and self._is_safe(sight, view, now_ms):
                yield Errand(swap.destination, _answer(swap, source))
            return
        withdraw = Withdraw(lock_id=swap.id, caller=self.name, secret=swap.secret)
        if source.state == "locked" and source.withdrawable(self.name, now_ms) and sight.is_out(now_ms):
            yield Errand(swap.source, withdraw)
        if destination.state != "locked":
            return
        if source.state == "withdrawn" and destination.withdrawable(self.name, now_ms):
            yield Errand(swap.destination, withdraw)
        if destination.cancellable(self.name, now_ms):
            yield Errand(swap.destination, Cancel(lock_id=swap.id, caller=self.name))

    def _is_time(self, source: HashLock, now_ms: int) -> bool:
        """Return whether the source lock is final, and young enough to be answered."""
        schedule = source.terms.schedule
        return schedule.lock_from_ms <= now_ms - source.opened_ms <= schedule.lock_until_ms

    def _is_safe(self, sight: Sight, view: View, now_ms: int) -> bool:
        """Return whether the source lock is the agreed one, and its schedule is safe on the chains as they are now."""
        swap = sight.swap
        if sight.source is None or sight.source.terms != swap.terms("source", sight.source.terms.schedule):
            return False
        timings = (self.rules.timing(view.chain(chain), now_ms) for chain in (swap.source, swap.destination))
        return accepts(sight.source.terms.schedule, *timings)


def _answer(swap: Swap, source: HashLock) -> OpenLock:
    """Return the call that opens the destination lock."""
    schedule = source.terms.schedule
    return OpenLock(
        terms=swap.terms("destination", schedule),
        deadline_ms=source.opened_ms + schedule.lock_until_ms,
        source_cancellation_ms=source.opened_ms + schedule.source.cancellation_ms,
    )
