"""The prover of a rollup: it proves posted batches, several with one proof, and has them executed when they may be.

How long a proof takes is lognormal around a mean of ten minutes to an hour; proofs are worked on side by side and
posted in order. What is proved may be held back before the L1 acts on it.

Sources: public descriptions of Scroll (a batch a minute, final after some 50 minutes) and of ZKsync Era in 2024-07 (a
proof of about an hour, held back for 21). Assumed: the spread of the time, and how many batches share a proof.
"""

import math
from dataclasses import dataclass

from venues.calls.posting import ExecuteBatches, ProveBatches
from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.transaction import Call
from venues.rollups.bidding import priced, raised
from venues.rollups.inbox import Inbox
from venues.seeds import SeedPath, generator
from venues.view import Offer, View


@dataclass(frozen=True, slots=True, kw_only=True)
class ProverRules:
    """How proofs are made."""

    mean_ms: int
    """Mean time from the posting of the last batch to the proof."""

    sigma: float
    """Standard deviation of the logarithm of that time."""

    aggregate: int
    """Batches of one proof."""

    delay_ms: int
    """Time from the block with the proof to the first instant at which the batches may be executed."""

    poll_ms: int = 12_000
    resubmit_ms: int = 48_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Prover:
    """The prover of one rollup. While a fault `outage` is on its name, it does nothing."""

    name: str
    rollup: str
    l1: str
    rules: ProverRules
    seed: SeedPath

    def next_ms(self, now_ms: int) -> int:
        """Return when it looks next."""
        return now_ms - now_ms % self.rules.poll_ms + self.rules.poll_ms

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Post what has been proved and what may be executed, or raise the price of what waits."""
        if view.faults.active("outage", self.name, now_ms) is not None:
            return ()
        l1, inbox = view.chain(self.l1), view.state(self.l1).inboxes[self.rollup]
        offers = (
            self._offer(call, l1, now_ms) for call in (self._proof(inbox, now_ms), self._execution(inbox, now_ms))
        )
        return tuple(offer for offer in offers if offer is not None)

    def proof_ms(self, number: int) -> int:
        """Return how long proof `number` takes, counted from zero."""
        normal = float(generator(*self.seed, number).standard_normal())
        return round(self.rules.mean_ms * math.exp(self.rules.sigma * normal - self.rules.sigma**2 / 2))

    def _proof(self, inbox: Inbox, now_ms: int) -> ProveBatches | None:
        """Return the next proof, if it has been made."""
        batches = inbox.proved + self.rules.aggregate
        if batches > len(inbox.batches):
            return None
        begun_ms = inbox.batches[batches - 1].posted.time_ms
        if now_ms < begun_ms + self.proof_ms(inbox.proved // self.rules.aggregate):
            return None
        return ProveBatches(rollup=self.rollup, batches=batches)

    def _execution(self, inbox: Inbox, now_ms: int) -> ExecuteBatches | None:
        """Return the next execution, if anything has been held back for long enough."""
        delay_ms = self.rules.delay_ms
        ready = max((each.batches for each in inbox.proofs if each.block.time_ms + delay_ms <= now_ms), default=0)
        if ready <= inbox.executed:
            return None
        return ExecuteBatches(rollup=self.rollup, batches=ready, delay_ms=delay_ms)

    def _offer(self, call: ProveBatches | ExecuteBatches | None, l1: Chain[ChainState], now_ms: int) -> Offer | None:
        """Return what is sent to the L1 for a call, if anything is."""
        if call is None:
            return None
        waiting = next((each for each in l1.waiting(self.name) if _is_same(each.call, call)), None)
        if waiting is None:
            kind = "prove" if isinstance(call, ProveBatches) else "execute"
            return Offer(self.l1, priced(call, f"{self.name}:{kind}:{call.batches}", l1, now_ms))
        if now_ms < waiting.submitted_ms + self.rules.resubmit_ms:
            return None
        return Offer(self.l1, raised(waiting, l1, now_ms), replaces=waiting.id)


def _is_same(one: Call[ChainState], other: Call[ChainState]) -> bool:
    """Return whether two calls would do the same work, so that one of them is enough."""
    return type(one) is type(other)
