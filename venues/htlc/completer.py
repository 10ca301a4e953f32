"""Somebody who ends what others have left unfinished, for the safety deposits.

In a public stage anybody may withdraw for a recipient, once the secret is out, or give back to an owner what nobody
took. It pays as long as the deposit is worth more than the gas.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from venues.htlc.calls import Cancel, Withdraw
from venues.htlc.lock import HashLock
from venues.htlc.sending import Errand, offers
from venues.htlc.swap import Sight, Swap, SwapRules, look
from venues.view import Offer, View


@dataclass(frozen=True, slots=True, kw_only=True)
class Completer:
    """One third party that watches all swaps."""

    name: str
    swaps: tuple[Swap, ...]
    rules: SwapRules

    def next_ms(self, now_ms: int) -> int:
        """Return the next time it looks at the chains."""
        return now_ms + self.rules.period_ms

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """End every lock that it may end and that is worth it."""
        errands = (
            errand
            for swap in self.swaps
            for errand in self._errands(look(view, swap), now_ms)
            if self._pays(errand, swap, view)
        )
        return offers(errands, self.name, view, self.rules.bidding, now_ms)

    def _errands(self, sight: Sight, now_ms: int) -> Iterator[Errand]:
        swap = sight.swap
        for chain, lock in ((swap.source, sight.source), (swap.destination, sight.destination)):
            if lock is not None and lock.state == "locked":
                yield from self._ending(chain, lock, sight, now_ms)

    def _ending(self, chain: str, lock: HashLock, sight: Sight, now_ms: int) -> Iterator[Errand]:
        """Yield the call that ends a lock, if there is one that this party may make."""
        if lock.withdrawable(self.name, now_ms) and sight.is_out(now_ms):
            yield Errand(chain, Withdraw(lock_id=lock.terms.id, caller=self.name, secret=sight.swap.secret))
        elif lock.cancellable(self.name, now_ms):
            yield Errand(chain, Cancel(lock_id=lock.terms.id, caller=self.name))

    def _pays(self, errand: Errand, swap: Swap, view: View) -> bool:
        """Return whether the deposit is worth more than the gas is expected to cost."""
        return swap.deposit_wei > self.rules.bidding.expected_price(view.chain(errand.chain)) * errand.call.gas
