"""Median of many nodes, with the reporting rule of Chainlink's off-chain reporting.

The answer is the upper median of the sorted observations. A report is made when the price has moved by the deviation
threshold or the heartbeat has passed. Who can move it is said in `venues.oracles.nodes`.

Source: smartcontractkit/libocr, `median.go` and the on-chain contract.
"""

from dataclasses import dataclass
from typing import Final

from venues.calls.upkeep import PostAnswer
from venues.chain_state import Answer
from venues.oracles import tampering
from venues.oracles.nodes import MedianRules, Network, median
from venues.oracles.posting import posting
from venues.seeds import SeedPath
from venues.view import Offer, View

__all__ = ["PPB", "MedianFeed", "MedianRules", "median", "should_report"]

PPB: Final = 1_000_000_000


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
        network = Network(name=tampering.feed_of(self.name), rules=self.rules, seed=self.seed)
        if tampering.is_halted(view.faults, network.name, now_ms):
            return ()
        report, last = network.report(view, now_ms), view.state(self.chain).answer
        if report is None or not should_report(report.answer, last, now_ms, self.rules):
            return ()
        if not self.rules.minimum <= report.answer <= self.rules.maximum:
            return ()
        call = PostAnswer(price=report.answer, observed_ms=now_ms, signers=report.signers)
        return (Offer(self.chain, posting(self.name, call, view.chain(self.chain), now_ms)),)


def should_report(answer: int, last: Answer, now_ms: int, rules: MedianRules) -> bool:
    """Return whether an answer is due: it is the first, it has moved far enough, or the heartbeat has passed."""
    if last.price == 0:
        return answer != 0
    moved = abs(answer - last.price) * PPB >= rules.deviation_ppb * abs(last.price)
    return moved or now_ms > last.time_ms + rules.heartbeat_ms
