"""A Pyth network: publishers who watch the market with their own delay and error, and say how sure they are."""

from dataclasses import dataclass
from typing import Final

from venues.oracles import tampering
from venues.oracles.pyth import Aggregate, Quote, aggregate
from venues.oracles.reading import Reading, Unreadable
from venues.seeds import SeedPath, generator
from venues.view import View

SLOT_MS: Final = 400
"""Time of a slot of Pythnet."""

MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PythRules:
    """Who publishes, and how well."""

    publishers: int
    least_publishers: int
    noise_ppm: int
    """Standard deviation of a publisher's error."""

    confidence_ppm: int
    """Half-width that a publisher states in a calm market."""

    latency_ms: int
    """Largest age of what a publisher saw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PythSource:
    """The network's aggregate."""

    name: str
    rules: PythRules
    seed: SeedPath

    def read(self, view: View, now_ms: int) -> Reading | Unreadable:
        """Return the aggregate of this slot."""
        if tampering.is_halted(view.faults, self.name, now_ms):
            return Unreadable("down")
        found = self.aggregate_at(view, now_ms)
        if not found.is_trading:
            return Unreadable("unknown")
        return Reading(price=found.price, confidence=found.confidence, observed_ms=now_ms)

    def aggregate_at(self, view: View, now_ms: int) -> Aggregate:
        """Return the aggregate of the slot that holds an instant."""
        slot, faults = now_ms // SLOT_MS, view.faults
        rng = generator(*self.seed, slot)
        ages = rng.integers(0, self.rules.latency_ms + 1, self.rules.publishers)
        errors = rng.standard_normal(self.rules.publishers) * self.rules.noise_ppm
        bribed = tampering.bribe(faults, self.name, now_ms)
        liars = bribed.nodes if bribed else 0
        silent = tampering.silent_nodes(faults, self.name, now_ms)
        quotes = []
        for index, (age, error) in enumerate(zip(ages.tolist(), errors.tolist(), strict=True)):
            if index < silent:
                continue
            price = tampering.quoted(view.truth.price(now_ms - age), faults, self.name, now_ms - age)
            price += price * round(error) // MILLION
            if bribed is not None and index < liars:
                price = tampering.moved(view.truth.price(now_ms), bribed.shift_ppm)
            confidence = max(price * self.rules.confidence_ppm // MILLION, 1)
            quotes.append(Quote(price=price, confidence=confidence, slot=slot - age // SLOT_MS))
        return aggregate(quotes, slot, least_publishers=self.rules.least_publishers)
