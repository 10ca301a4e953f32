"""An index of exchanges read through one provider: one number, late by a fixed time, and sometimes wrong or down."""

from dataclasses import dataclass

from venues.oracles.reading import Reading, Spell, Unreadable
from venues.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexSource:
    """One provider."""

    name: str
    latency_ms: int
    spells: tuple[Spell, ...] = ()

    def read(self, view: View, now_ms: int) -> Reading | Unreadable:
        """Return what the provider says: the market some time ago, moved by the spell that is on."""
        spell = next((each for each in self.spells if each.covers(now_ms)), None)
        seen_ms = now_ms - self.latency_ms
        price = view.truth.price(seen_ms)
        if spell is not None:
            if spell.shift_ppm is None:
                return Unreadable("down")
            price += price * spell.shift_ppm // 1_000_000
        return Reading(price=price, confidence=0, observed_ms=seen_ms)
