"""Several sources of one price, in order of preference, behind a circuit breaker.

The first source that is fresh and sure enough is used, as long as another one agrees with it. A source that stands
alone is believed only while it does not jump. When none passes, nothing is posted: the feed freezes and grows stale,
which its consumers can see, where a wrong price could not be told from a right one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from venues.calls.upkeep import PostAnswer
from venues.chain_state import Answer
from venues.oracles import tampering
from venues.oracles.posting import posting
from venues.oracles.reading import Reading, Source, Unreadable
from venues.view import Offer, View

MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerRules:
    """What a reading must satisfy."""

    most_age_ms: int
    most_confidence_ppm: int
    """Widest half-interval over the price."""

    most_apart_ppm: int
    """How far two sources may differ and still agree."""

    most_step_ppm: int
    """How far a lone source may move the answer at once."""


@dataclass(frozen=True, slots=True)
class Tripped:
    """The breaker lets nothing through."""

    why: Literal["no_source", "disagreement", "jump"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRules:
    """When an answer is posted."""

    poll_ms: int
    deviation_ppm: int
    heartbeat_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FallbackFeed:
    """A feed that reports one chain's ether price from the best source there is."""

    name: str
    chain: str
    sources: tuple[Source, ...]
    """Most trusted first."""

    breaker: BreakerRules
    report: ReportRules

    def next_ms(self, now_ms: int) -> int:
        """Return the time of the next look at the sources."""
        return now_ms - now_ms % self.report.poll_ms + self.report.poll_ms

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Look, and report if there is something to report and the breaker is closed."""
        if tampering.is_halted(view.faults, tampering.feed_of(self.name), now_ms):
            return ()
        last = view.state(self.chain).answer
        found = choose([source.read(view, now_ms) for source in self.sources], last, now_ms, self.breaker)
        if isinstance(found, Tripped) or not self._is_due(found, last, now_ms):
            return ()
        call = PostAnswer(price=found.price, observed_ms=found.observed_ms, signers=found.signers)
        return (Offer(self.chain, posting(self.name, call, view.chain(self.chain), now_ms)),)

    def _is_due(self, found: Reading, last: Answer, now_ms: int) -> bool:
        """Return whether a reading is worth a transaction."""
        if found.observed_ms <= last.observed_ms:
            return False
        moved = abs(found.price - last.price) * MILLION >= self.report.deviation_ppm * last.price
        return moved or now_ms > last.time_ms + self.report.heartbeat_ms


def choose(
    readings: Sequence[Reading | Unreadable], last: Answer, now_ms: int, rules: BreakerRules
) -> Reading | Tripped:
    """Return the reading to believe, or why none is.

    Args:
        readings: Of all sources, most trusted first.
        last: The answer in force; a price of zero is none.
        now_ms: Now.
        rules: The breaker.
    """
    usable = [r for r in readings if isinstance(r, Reading) and _is_usable(r, now_ms, rules)]
    if not usable:
        return Tripped("no_source")
    if len(usable) == 1:
        is_jump = last.price > 0 and _apart_ppm(usable[0].price, last.price) > rules.most_step_ppm
        return Tripped("jump") if is_jump else usable[0]
    for index, reading in enumerate(usable):
        others = (*usable[:index], *usable[index + 1 :])
        if any(_apart_ppm(reading.price, other.price) <= rules.most_apart_ppm for other in others):
            return reading
    return Tripped("disagreement")


def _is_usable(reading: Reading, now_ms: int, rules: BreakerRules) -> bool:
    """Return whether a reading is a price, fresh, and sure enough."""
    is_fresh = 0 <= now_ms - reading.observed_ms <= rules.most_age_ms
    is_sure = reading.confidence * MILLION <= reading.price * rules.most_confidence_ppm
    return reading.price > 0 and is_fresh and is_sure


def _apart_ppm(one: int, other: int) -> int:
    """Return how far two positive prices differ, in millionths of the lower one, rounded up."""
    return -(-abs(one - other) * MILLION // min(one, other))
