"""An index of exchanges read through one provider: one number, late by a fixed time, and sometimes wrong or down."""

from dataclasses import dataclass

from venues.oracles import tampering
from venues.oracles.reading import Reading, Unreadable
from venues.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexSource:
    """One provider."""

    name: str
    latency_ms: int

    def read(self, view: View, now_ms: int) -> Reading | Unreadable:
        """Return what the provider says: the market some time ago, if it is up and nobody tampered with it."""
        if tampering.is_halted(view.faults, self.name, now_ms):
            return Unreadable("down")
        seen_ms = now_ms - self.latency_ms
        price = tampering.quoted(view.truth.price(seen_ms), view.faults, self.name, seen_ms)
        fault = tampering.bribe(view.faults, self.name, now_ms)
        if fault is not None:
            price = tampering.moved(price, fault.shift_ppm)
        return Reading(price=price, confidence=0, observed_ms=seen_ms)
