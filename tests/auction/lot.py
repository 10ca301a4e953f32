"""What a seed has drawn for one injection: where, when, and how much of what."""

from dataclasses import dataclass
from typing import Any, Final

from intents.lifecycle import Cause
from tests.auction.injected import Injection, Sent
from tests.auction.settlement.course import POLICY
from venues.chain_state import ChainState
from venues.chains.transaction import Call, Transaction
from venues.faults import Fault, FaultKind
from venues.seeds import Generator
from venues.view import Offer

WINDOW_MS: Final = POLICY.delivery_window_ms
HASTE_WEI: Final = 10**13
"""Price at which somebody is sure to be in the next block."""


@dataclass(frozen=True, slots=True)
class Lot:
    """What the seed has drawn for one injection."""

    rng: Generator
    seed: int
    where: str
    award_ms: int

    def between(self, low_s: float, high_s: float) -> int:
        """Return a time in milliseconds."""
        return int(self.rng.integers(int(low_s * 1000), int(high_s * 1000) + 1))

    def whole(self, low: int, high: int) -> int:
        """Return a whole number."""
        return int(self.rng.integers(low, high + 1))

    def given(self, cause: Cause | None, **what: Any) -> Injection:
        """Return an injection."""
        what = {"where": self.where, "same_solver": bool(self.rng.integers(2))} | what
        return Injection(kind="", seed=self.seed, cause=cause, award_ms=self.award_ms, **what)

    def fault(self, kind: FaultKind, target: str, from_ms: int, until_ms: int, **what: Any) -> Fault:
        """Return a fault; times count from the award."""
        start, end = self.award_ms + from_ms, self.award_ms + until_ms
        return Fault(id=f"{kind}@{from_ms}", kind=kind, target=target, from_ms=start, until_ms=end, **what)

    def until_over(self) -> int:
        """Return a time after the last instant at which anything may be delivered."""
        return WINDOW_MS + self.between(5, 300)

    def sent(self, name: str, call: Call[ChainState], after_ms: int) -> Sent:
        """Return somebody who sends a call some time after the award, and is sure to be in the next block."""
        at_ms = self.award_ms + after_ms
        offered = Transaction(
            id=f"{name}!", sender=name, call=call, max_fee_wei=HASTE_WEI, tip_wei=HASTE_WEI // 2, submitted_ms=at_ms
        )
        return Sent(name=name, at_ms=at_ms, offer=Offer(self.where, offered))
