"""Maker's oracle security module, replayed from its real steps.

The module publishes a price an hour after it was taken, and only when somebody pays to poke it. The steps of the day
are known exactly (block and value); here each is a transaction sent at its real time, which the simulated chain then
includes. A value was true at the step before.

Source of the rule: makerdao/osm, `src/osm.sol`.
"""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

from venues.calls.upkeep import PostAnswer
from venues.chains.transaction import Transaction
from venues.oracles import tampering
from venues.view import Offer, View

HOP_MS: Final = 3_600_000
"""Least time between pokes, and the age of a value when it starts."""

URGENCY: Final = 2
"""A poke offers this many times the going price: its keepers bid in the same block."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityModule:
    """The module of one chain."""

    name: str
    chain: str
    steps: tuple[tuple[int, int], ...]
    """Time of each step and its price, in dollars times `PRICE_UNIT`, oldest first."""

    def in_force(self, time_ms: int) -> tuple[int, int, int]:
        """Return the price in force, the time of its step, and when it was true."""
        index = max(bisect_right(self.steps, (time_ms, 2**62)) - 1, 0)
        start, price = self.steps[index]
        taken = self.steps[index - 1][0] if index else start - HOP_MS
        return price, start, taken

    def next_ms(self, now_ms: int) -> int:
        """Return the time of the next step, or one far away if there is none."""
        index = bisect_right(self.steps, (now_ms, 2**62))
        return self.steps[index][0] if index < len(self.steps) else now_ms + 1000 * HOP_MS

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Poke, unless nobody does: what was not poked in time waits for the next step."""
        if tampering.is_halted(view.faults, tampering.feed_of(self.name), now_ms):
            return ()
        price, _, taken = self.in_force(now_ms)
        transaction = Transaction(
            id=f"{self.name}:{now_ms}",
            sender=self.name,
            call=PostAnswer(price=price, observed_ms=taken),
            max_fee_wei=view.chain(self.chain).fee_quantile(0.9, 20) * URGENCY,
            submitted_ms=now_ms,
        )
        return (Offer(self.chain, transaction),)
