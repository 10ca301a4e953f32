"""How those who take part in swaps get into blocks: they bid by one rule, and raise what waits."""

from collections.abc import Iterable
from dataclasses import dataclass

from venues.chain_state import ChainState
from venues.chains.bidding import Bidding
from venues.chains.chain import Chain
from venues.chains.transaction import Transaction
from venues.htlc.calls import Cancel, OpenLock, Withdraw
from venues.view import Offer, View


@dataclass(frozen=True, slots=True)
class Errand:
    """A call to be made on a chain."""

    chain: str
    call: OpenLock | Withdraw | Cancel

    @property
    def name(self) -> str:
        """What tells it from other errands of the same sender on the chain."""
        lock = self.call.terms.id if isinstance(self.call, OpenLock) else self.call.lock_id
        return f"{type(self.call).__name__}:{lock}"


def offers(errands: Iterable[Errand], sender: str, view: View, bidding: Bidding, now_ms: int) -> tuple[Offer, ...]:
    """Return the transactions for errands: new ones, and replacements of those that have waited long enough.

    No more is offered than the rule's cap over the price of the moment.
    """
    found = (_offer(errand, sender, view.chain(errand.chain), bidding, now_ms) for errand in errands)
    return tuple(offer for offer in found if offer is not None)


def _offer(errand: Errand, sender: str, chain: Chain[ChainState], bidding: Bidding, now_ms: int) -> Offer | None:
    """Return the transaction for one errand, unless it waits already and is not to be raised yet."""
    prefix = f"{sender}:{errand.name}:"
    old = next((waiting for waiting in chain.waiting(sender) if waiting.id.startswith(prefix)), None)
    price = bidding.price(chain)
    if old is None:
        made = _transaction(f"{prefix}{now_ms}", sender, errand, (price, bidding.tip_wei), now_ms)
        return Offer(errand.chain, made)
    passed = sum(block.time_ms > old.submitted_ms for block in chain.recent)
    raised = bidding.raised(old.max_fee_wei, price, bidding.cap(price))
    if passed < bidding.bump_after_blocks or raised is None:
        return None
    kept = Errand(errand.chain, old.call) if isinstance(old.call, OpenLock) else errand
    made = _transaction(f"{prefix}{now_ms}", sender, kept, (raised, bidding.raised_tip(old.tip_wei)), now_ms)
    return Offer(errand.chain, made, replaces=old.id)


def _transaction(name: str, sender: str, errand: Errand, fees: tuple[int, int], now_ms: int) -> Transaction[ChainState]:
    """Return a transaction with a fee and a tip."""
    fee, tip = fees
    return Transaction(
        id=name, sender=sender, call=errand.call, max_fee_wei=fee, tip_wei=min(tip, fee), submitted_ms=now_ms
    )
