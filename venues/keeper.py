"""The keeper who settles expiries: a transaction that must get into a block like any other."""

from dataclasses import dataclass
from typing import Final

from venues.calls.upkeep import SettleExpiry
from venues.chains.transaction import Transaction
from venues.view import Offer, View

TIP_WEI: Final = 100_000_000
URGENCY_PERCENT: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiryKeeper:
    """One keeper on one chain; it tries again until nothing is left to settle."""

    name: str
    chain: str
    expiries: tuple[int, ...]
    """Listed expiries, in Unix milliseconds."""

    retry_ms: int

    def next_ms(self, now_ms: int) -> int:
        """Return the next expiry, or the next retry while one may be open."""
        ahead = [expiry for expiry in self.expiries if expiry > now_ms]
        late = any(expiry <= now_ms for expiry in self.expiries)
        retry = now_ms + self.retry_ms if late else min(ahead)
        return min([retry, *ahead])

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Send one settlement for each expiry that is due and not yet settled."""
        chain, state = view.chain(self.chain), view.state(self.chain)
        offers = []
        for expiry in state.clearing.expired(now_ms):
            name = f"{self.name}:{expiry}"
            if chain.is_waiting(name):
                continue
            holders = sum(1 for account in state.clearing.accounts.values() if account.positions)
            price = chain.fee_quantile(0.8, 20) * URGENCY_PERCENT // 100
            transaction = Transaction(
                id=name,
                sender=self.name,
                call=SettleExpiry(expiry_ms=expiry, accounts=holders),
                max_fee_wei=price + TIP_WEI,
                tip_wei=TIP_WEI,
                submitted_ms=now_ms,
            )
            offers.append(Offer(self.chain, transaction))
        return tuple(offers)
