"""A keeper who finishes the settlements of others for their safety deposits, where the deposit pays for the gas."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from venues.calls.completion import Complete, Ending, opens_from_ms
from venues.chain_state import ChainState
from venues.errand import Errand, offers
from venues.view import Offer, View

ENDINGS: Final[tuple[Ending, ...]] = ("claim", "refund")


@dataclass(frozen=True, slots=True, kw_only=True)
class LockKeeper:
    """One keeper on one chain."""

    name: str
    chain: str
    period_ms: int
    offset_ms: int
    retry_ms: int
    """Time after which a transaction that still waits is replaced by a dearer one."""

    def next_ms(self, now_ms: int) -> int:
        """Return when it looks at the escrow next."""
        return now_ms - (now_ms - self.offset_ms) % self.period_ms + self.period_ms

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Send, or raise, what may be completed, as long as its deposit is worth more than the gas."""
        state = view.state(self.chain)
        calls = {errand.name: errand for errand in self._due(state, now_ms)}
        made = offers(calls.values(), self.name, view, self.retry_ms, now_ms)
        return tuple(offer for offer in made if self._pays(offer, state))

    def _due(self, state: ChainState, now_ms: int) -> Iterator[Errand]:
        """Yield what anybody may complete by now."""
        for fill_id, deposit in sorted(state.escrow.deposits.items()):
            lock = state.escrow.locks[fill_id]
            for ending in ENDINGS:
                opens_ms = opens_from_ms(state, lock, deposit, ending)
                if lock.state == "locked" and opens_ms is not None and now_ms >= opens_ms:
                    call = Complete(fill_id=fill_id, ending=ending, caller=self.name)
                    yield Errand(name=f"{ending}:{fill_id}", chain=self.chain, call=call)

    def _pays(self, offer: Offer, state: ChainState) -> bool:
        call = offer.transaction.call
        if not isinstance(call, Complete):
            return False
        return state.escrow.deposits[call.fill_id].wei > offer.transaction.max_fee_wei * call.gas
