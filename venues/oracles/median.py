"""Median of many nodes, with the reporting rule of Chainlink's off-chain reporting.

The answer is the upper median of the sorted observations. A report is made when the price has moved by the deviation
threshold or the heartbeat has passed. More than a third of faulty nodes can move it, which is what `f` says.

Source: smartcontractkit/libocr, `median.go` and the on-chain contract.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from venues.calls.upkeep import PostAnswer
from venues.chain_state import Answer
from venues.chains.transaction import Transaction
from venues.seeds import SeedPath, generator
from venues.view import Offer, View

PPB: Final = 1_000_000_000
TIP_WEI: Final = 100_000_000
FEE_HEADROOM: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class MedianRules:
    """Set-up of a feed."""

    nodes: int
    faulty: int
    """Nodes that may fail or lie without moving the answer: `3 * faulty < nodes`."""

    deviation_ppb: int
    """Relative change that makes a report, in billionths."""

    heartbeat_ms: int
    """Longest time between reports."""

    poll_ms: int
    """Time between rounds of observation."""

    noise_ppm: int
    """Standard deviation of a node's error."""

    latency_ms: int
    """Largest age of a node's source."""

    minimum: int
    maximum: int
    """Answers outside these bounds are not reported: the feed freezes, it does not clamp."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MedianFeed:
    """A network of nodes that reports ether's price to one chain."""

    name: str
    chain: str
    rules: MedianRules
    seed: SeedPath

    def next_ms(self, now_ms: int) -> int:
        """Return the time of the next round."""
        return now_ms - now_ms % self.rules.poll_ms + self.rules.poll_ms

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Observe, and report if the rule asks for it."""
        observed = self._observations(view, now_ms)
        answer = median(observed)
        last = view.state(self.chain).answer
        if not should_report(answer, last, now_ms, self.rules) or len(observed) <= self.rules.faulty:
            return ()
        if not self.rules.minimum <= answer <= self.rules.maximum:
            return ()
        fee = view.chain(self.chain).base_fee_wei * FEE_HEADROOM + TIP_WEI
        transaction = Transaction(
            id=f"{self.name}:{now_ms}",
            sender=self.name,
            call=PostAnswer(price=answer, observed_ms=now_ms),
            max_fee_wei=fee,
            tip_wei=TIP_WEI,
            submitted_ms=now_ms,
        )
        return (Offer(self.chain, transaction),)

    def _observations(self, view: View, now_ms: int) -> list[int]:
        rng = generator(*self.seed, now_ms)
        ages = rng.integers(0, self.rules.latency_ms + 1, self.rules.nodes)
        errors = rng.standard_normal(self.rules.nodes) * self.rules.noise_ppm
        prices = (view.truth.price(now_ms - int(age)) for age in ages)
        return [price + round(price * float(error) / 1e6) for price, error in zip(prices, errors, strict=True)]


def median(observations: Sequence[int]) -> int:
    """Return the upper median of the observations.

    Raises:
        ValueError: if there are none.
    """
    if not observations:
        raise ValueError("no observations")
    return sorted(observations)[len(observations) // 2]


def should_report(answer: int, last: Answer, now_ms: int, rules: MedianRules) -> bool:
    """Return whether an answer is due: it is the first, it has moved far enough, or the heartbeat has passed."""
    if last.price == 0:
        return answer != 0
    moved = abs(answer - last.price) * PPB >= rules.deviation_ppb * abs(last.price)
    return moved or now_ms > last.time_ms + rules.heartbeat_ms
