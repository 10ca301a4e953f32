"""Transactions of those who keep things going: priced to get in soon, and raised while they wait."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.fees.replacement import BUMP_PERCENT
from venues.chains.transaction import Call, Transaction
from venues.view import Offer, View

TIP_WEI: Final = 100_000_000
URGENCY_PERCENT: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Something to be done on a chain, under a name that tells it from other errands of the same sender."""

    name: str
    chain: str
    call: Call[ChainState]


def priced(
    errand: Errand, sender: str, chain: Chain[ChainState], old: Transaction[ChainState] | None, now_ms: int
) -> Transaction[ChainState]:
    """Return a transaction at the going price; one that replaces another pays at least as much more as it must."""
    going = chain.fee_quantile(0.8, 20) * URGENCY_PERCENT // 100 + TIP_WEI
    return Transaction(
        id=f"{sender}:{errand.name}:{now_ms}",
        sender=sender,
        call=errand.call,
        max_fee_wei=max(going, _raised(old.max_fee_wei)) if old else going,
        tip_wei=_raised(old.tip_wei) if old else TIP_WEI,
        submitted_ms=now_ms,
    )


def offers(errands: Iterable[Errand], sender: str, view: View, retry_ms: int, now_ms: int) -> tuple[Offer, ...]:
    """Return the transactions for errands, leaving out those that wait in a pool and are not older than `retry_ms`."""
    made = []
    for errand in errands:
        chain = view.chain(errand.chain)
        old = next((waiting for waiting in chain.waiting(sender) if waiting.call == errand.call), None)
        if old is not None and now_ms < old.submitted_ms + retry_ms:
            continue
        transaction = priced(errand, sender, chain, old, now_ms)
        made.append(Offer(errand.chain, transaction, replaces=old.id if old else None))
    return tuple(made)


def gas_dollars(call: Call[ChainState], chain: Chain[ChainState], view: View, now_ms: int) -> float:
    """Return what the gas of a call comes to at a price that four of five recent transactions were below."""
    return call.gas * chain.fee_quantile(0.8, 20) / 1e18 * view.truth.price(now_ms) / 1e8


def _raised(wei: int) -> int:
    """Return the least fee with which a pool accepts a replacement."""
    return max(-(-wei * BUMP_PERCENT // 100), wei + 1)
