"""The keeper who settles expiries: a transaction that must get into a block like any other."""

from dataclasses import dataclass

from venues.calls.upkeep import SettleExpiry
from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.transaction import Transaction
from venues.errand import Errand, priced
from venues.view import Offer, View


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiryKeeper:
    """One keeper on one chain; it tries again, and pays more, until nothing is left to settle."""

    name: str
    chain: str
    expiries: tuple[int, ...]
    """Listed expiries, in Unix milliseconds."""

    retry_ms: int
    """Time after which a transaction that still waits is replaced by a dearer one."""

    def next_ms(self, now_ms: int) -> int:
        """Return the next expiry, or the next retry while one may be open."""
        ahead = [expiry for expiry in self.expiries if expiry > now_ms]
        if len(ahead) == len(self.expiries) > 0:
            return min(ahead)
        return min([now_ms + self.retry_ms, *ahead])

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Send one settlement for each expiry that is due and not yet settled, or raise the fee of one that waits."""
        chain, clearing = view.chain(self.chain), view.state(self.chain).clearing
        holders = sum(1 for account in clearing.accounts.values() if account.positions)
        offers = []
        for expiry in clearing.expired(now_ms):
            old = self._waiting(chain, expiry)
            if old is not None and now_ms < old.submitted_ms + self.retry_ms:
                continue
            call = SettleExpiry(expiry_ms=expiry, accounts=holders)
            errand = Errand(name=str(expiry), chain=self.chain, call=call)
            transaction = priced(errand, self.name, chain, old, now_ms)
            offers.append(Offer(self.chain, transaction, replaces=old.id if old else None))
        return tuple(offers)

    def _waiting(self, chain: Chain[ChainState], expiry: int) -> Transaction[ChainState] | None:
        """Return the settlement of an expiry that waits in the pool."""
        calls = ((transaction, transaction.call) for transaction in chain.waiting(self.name))
        found = (t for t, call in calls if isinstance(call, SettleExpiry) and call.expiry_ms == expiry)
        return next(found, None)
