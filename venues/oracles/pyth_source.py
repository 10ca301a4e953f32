"""A Pyth network: publishers who watch the market with their own delay and error, and say how sure they are."""

from dataclasses import dataclass
from typing import Final

from venues.oracles.pyth import Aggregate, Quote, aggregate
from venues.oracles.reading import Reading, Spell, Unreadable
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
    spells: tuple[Spell, ...] = ()
    """When, and by how much, a corrupted share of the publishers is off or silent."""

    corrupted: int = 0
    """Publishers whom the spells are about."""

    def read(self, view: View, now_ms: int) -> Reading | Unreadable:
        """Return the aggregate of this slot."""
        found = self.aggregate_at(view, now_ms)
        if not found.is_trading:
            return Unreadable("unknown")
        return Reading(price=found.price, confidence=found.confidence, observed_ms=now_ms)

    def aggregate_at(self, view: View, now_ms: int) -> Aggregate:
        """Return the aggregate of the slot that holds an instant."""
        slot = now_ms // SLOT_MS
        rng = generator(*self.seed, slot)
        ages = rng.integers(0, self.rules.latency_ms + 1, self.rules.publishers)
        errors = rng.standard_normal(self.rules.publishers) * self.rules.noise_ppm
        quotes = []
        for index, (age, error) in enumerate(zip(ages.tolist(), errors.tolist(), strict=True)):
            spell = next((s for s in self.spells if s.covers(now_ms)), None) if index < self.corrupted else None
            if spell is not None and spell.shift_ppm is None:
                continue
            price = view.truth.price(now_ms - age)
            price += price * (round(error) + (spell.shift_ppm or 0 if spell else 0)) // MILLION
            confidence = max(price * self.rules.confidence_ppm // MILLION, 1)
            quotes.append(Quote(price=price, confidence=confidence, slot=slot - age // SLOT_MS))
        return aggregate(quotes, slot, least_publishers=self.rules.least_publishers)
