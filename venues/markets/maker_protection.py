"""Protection of makers: whoever trades too much in a short time stops quoting for a while.

A maker states how much may be traded against its quotes within a window, in options, delta and vega. The window begins
with the first trade and does not slide; the first trade after its end begins another. The trade that breaches a limit
stands. From the next instant on all quotes that the maker gave up to then are void, and it gives none until the freeze
is over. Rule as Deribit documents it ([market maker protection]); there the freeze may also be lifted by hand.

[market maker protection]: https://docs.deribit.com/articles/market-maker-protection
"""

from dataclasses import dataclass, replace
from typing import Final

from intents.boundary import Amount, SignedAmount

GREEK_UNIT: Final = 10**9
"""Base units of a delta or a vega: an option that moves by one dollar with a dollar, or with one vol point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """Limits of one maker."""

    window_ms: int
    freeze_ms: int
    quantity: Amount
    """Options traded within a window, in base units."""

    delta: Amount
    """Net delta taken on within a window, in dollars for a dollar, times `GREEK_UNIT`."""

    vega: Amount
    """Net vega taken on within a window, in dollars for a vol point, times `GREEK_UNIT`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What a maker has traded in the window that is running, or was the last."""

    since_ms: int
    quantity: Amount = 0
    delta: SignedAmount = 0
    vega: SignedAmount = 0
    tripped_ms: int | None = None
    """When a limit was last breached."""

    def traded(self, rule: Protection, now_ms: int, taken: "Exposure") -> "Exposure":
        """Return the exposure after a trade that adds `taken`."""
        begins = self if now_ms < self.since_ms + rule.window_ms else replace(self, since_ms=now_ms, **_NOTHING)
        after = replace(
            begins,
            quantity=begins.quantity + taken.quantity,
            delta=begins.delta + taken.delta,
            vega=begins.vega + taken.vega,
        )
        return replace(after, tripped_ms=now_ms) if after.breaches(rule) else after

    def breaches(self, rule: Protection) -> bool:
        """Return whether a limit is passed; each is watched by itself."""
        return self.quantity > rule.quantity or abs(self.delta) > rule.delta or abs(self.vega) > rule.vega

    def voids(self, given_ms: int, now_ms: int) -> bool:
        """Return whether a quote given at an instant is void at another."""
        return self.tripped_ms is not None and given_ms <= self.tripped_ms < now_ms

    def is_frozen(self, rule: Protection, now_ms: int) -> bool:
        """Return whether the maker may not quote."""
        return self.tripped_ms is not None and now_ms < self.tripped_ms + rule.freeze_ms


_NOTHING: Final = {"quantity": 0, "delta": 0, "vega": 0}
