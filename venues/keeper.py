"""The keeper who settles expiries: a transaction that must get into a block like any other."""

from dataclasses import dataclass
from typing import Final

from venues.calls.upkeep import SettleExpiry
from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.fees.replacement import BUMP_PERCENT
from venues.chains.transaction import Transaction
from venues.view import Offer, View

TIP_WEI: Final = 100_000_000
URGENCY_PERCENT: Final = 120


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
            transaction = self._priced(SettleExpiry(expiry_ms=expiry, accounts=holders), chain, old, now_ms)
            offers.append(Offer(self.chain, transaction, replaces=old.id if old else None))
        return tuple(offers)

    def _waiting(self, chain: Chain[ChainState], expiry: int) -> Transaction[ChainState] | None:
        """Return the settlement of an expiry that waits in the pool."""
        calls = ((transaction, transaction.call) for transaction in chain.waiting(self.name))
        found = (t for t, call in calls if isinstance(call, SettleExpiry) and call.expiry_ms == expiry)
        return next(found, None)

    def _priced(
        self, call: SettleExpiry, chain: Chain[ChainState], old: Transaction[ChainState] | None, now_ms: int
    ) -> Transaction[ChainState]:
        """Return a settlement at the going price; one that replaces another pays at least as much more as it must."""
        going = chain.fee_quantile(0.8, 20) * URGENCY_PERCENT // 100 + TIP_WEI
        return Transaction(
            id=f"{self.name}:{call.expiry_ms}:{now_ms}",
            sender=self.name,
            call=call,
            max_fee_wei=max(going, _raised(old.max_fee_wei)) if old else going,
            tip_wei=_raised(old.tip_wei) if old else TIP_WEI,
            submitted_ms=now_ms,
        )


def _raised(wei: int) -> int:
    """Return the least fee with which a pool accepts a replacement."""
    return max(-(-wei * BUMP_PERCENT // 100), wei + 1)
