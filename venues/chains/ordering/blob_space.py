"""Who gets blobs into a block: who pays the blob fee, in the order of the tips, as far as there is space.

Everybody else's blobs are a number and a tip that is the same for all of them; a transaction of the scenario that
tips more goes before them, any other takes what they leave.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from venues.chains.fees.blob_fee import GAS_PER_BLOB
from venues.chains.rules import BlobMarket
from venues.chains.transaction import Ledger, Transaction
from venues.seeds import SeedPath, generator

S = TypeVar("S", bound=Ledger)


@dataclass(frozen=True, slots=True)
class BlobSpace:
    """The blobs of one block."""

    market: BlobMarket
    others: int
    """Blobs that everybody else wants to post."""

    fee_wei: int
    """Price of a unit of blob gas."""

    def admitted(self, waiting: Sequence[Transaction[S]]) -> tuple[Transaction[S], ...]:
        """Return the waiting transactions without those whose blobs do not get in, in their order."""
        carriers = [transaction for transaction in waiting if transaction.blobs]
        left_out: set[str] = set()
        used = 0
        for transaction in sorted(carriers, key=lambda each: -each.tip_wei):
            ahead = used + (0 if transaction.tip_wei > self.market.tip_wei else self.others)
            fits = ahead + transaction.blobs <= self.market.schedule.most
            if fits and transaction.max_blob_fee_wei >= self.fee_wei:
                used += transaction.blobs
            else:
                left_out.add(transaction.id)
        return tuple(transaction for transaction in waiting if transaction.id not in left_out)

    def used_gas(self, own: int) -> int:
        """Return the blob gas of the block if `own` blobs are the scenario's."""
        return (own + min(self.others, self.market.schedule.most - own)) * GAS_PER_BLOB

    def price_wei(self, transaction: Transaction[S]) -> int:
        """Return what the blobs of a transaction cost."""
        return transaction.blobs * GAS_PER_BLOB * self.fee_wei


def blob_space(market: BlobMarket | None, seed: SeedPath, fee_wei: int) -> BlobSpace | None:
    """Return what there is for blobs in a block, if the chain has any; others' wishes are drawn from `seed`."""
    return None if market is None else BlobSpace(market, market.others(generator(*seed)), fee_wei)
