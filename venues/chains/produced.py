"""What a new block brought, and what it took back."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from venues.chains.background import Wei
from venues.chains.transaction import Ledger, Receipt, Transaction

S = TypeVar("S", bound=Ledger)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockSummary:
    """A block as the fee market saw it; prices in wei per gas, as everybody else paid them."""

    number: int
    time_ms: int
    base_fee_wei: int
    gas_used: int
    """Of all transactions, the scenario's own among them."""

    count: int
    """Everybody else's included transactions; the prices below are zero if there are none."""

    low_wei: int
    """Cheapest included."""

    p35_wei: int
    p60_wei: int
    p90_wei: int
    mean_wei: int
    waiting: int
    """Background transactions left in the pool."""


@dataclass(frozen=True, slots=True)
class Produced(Generic[S]):
    """What a new block brought."""

    summary: BlockSummary
    receipts: tuple[Receipt, ...]
    dropped: tuple[Transaction[S], ...]
    """Transactions of the scenario that the full pool pushed out."""

    undone: tuple[Receipt, ...] = ()
    """Receipts of blocks that are no longer part of the chain, oldest first: this block is the first of another branch.

    The transactions wait in the pool again.
    """

    included: tuple[Transaction[S], ...] = ()
    """The scenario's own transactions in the block, in the order of their receipts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a block stands, and what the next one will cost."""

    number: int
    time_ms: int
    base_fee_wei: int


def summary_of(position: Position, prices: Wei, gas_used: int, waiting: int) -> BlockSummary:
    """Return what a block was like; `prices` are what everybody else paid, dearest first."""
    last = len(prices) - 1
    low, p35, p60, p90 = (int(prices[(100 - q) * last // 100]) if last >= 0 else 0 for q in (0, 35, 60, 90))
    return BlockSummary(
        number=position.number,
        time_ms=position.time_ms,
        base_fee_wei=position.base_fee_wei,
        gas_used=gas_used,
        count=last + 1,
        low_wei=low,
        p35_wei=p35,
        p60_wei=p60,
        p90_wei=p90,
        mean_wei=int(prices.mean()) if last >= 0 else 0,
        waiting=waiting,
    )
