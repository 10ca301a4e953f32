"""What a searcher knows of an oracle's next answer before it is sent.

Reporting rules are public. A median feed reports when the market has moved by its threshold, and the market is there
for everybody to see. A delayed module publishes at a known time what it took an hour before.
"""

from dataclasses import dataclass
from typing import Protocol

from venues.oracles.median import MedianRules, should_report
from venues.oracles.osm import SecurityModule
from venues.view import View


class Foresight(Protocol):
    """Says which answer is due on a chain."""

    def due(self, view: View, chain: str, now_ms: int) -> int | None:
        """Return the answer that will be sent soon, or `None` if the one in force will stay for now."""


@dataclass(frozen=True, slots=True)
class MedianForesight:
    """Applies the reporting rule of a median feed to the market as the searcher sees it."""

    rules: MedianRules
    latency_ms: int
    """Age of what the searcher sees of the market."""

    def due(self, view: View, chain: str, now_ms: int) -> int | None:
        """Return the market's price, if the rule asks for a report of it."""
        price = view.truth.price(now_ms - self.latency_ms)
        return price if should_report(price, view.state(chain).answer, now_ms, self.rules) else None


@dataclass(frozen=True, slots=True)
class ModuleForesight:
    """Knows the value that a delayed module holds back."""

    module: SecurityModule
    lead_ms: int
    """Time before a step from which the searcher trades on it."""

    def due(self, view: View, chain: str, now_ms: int) -> int | None:
        """Return the value of the next step, from shortly before it until it is in force."""
        price, _, taken = self.module.in_force(now_ms + self.lead_ms)
        return price if taken > view.state(chain).answer.observed_ms else None
