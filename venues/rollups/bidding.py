"""What a rollup's services offer for a place in a block of the L1.

At first the going tip, and a fee cap that stays good for a while. What is not taken is sent again at a higher price: a
tenth more for a plain transaction, twice as much for one with blobs, since pools take nothing less; and never below
the going price.

Source: go-ethereum, commit 02b73d4e, `core/txpool/blobpool` (price of a replacement), `eth/gasprice` (going tip).
"""

from dataclasses import replace
from typing import Final

from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.fees.replacement import BLOB_BUMP_PERCENT, BUMP_PERCENT
from venues.chains.transaction import Call, Transaction

HEADROOM: Final = 2
"""A fee cap is this many times the base fee, plus the tip: it stays good through five full blocks."""

LEAST_TIP_WEI: Final = 1_000_000
GOING_QUANTILE: Final = 0.6
GOING_BLOCKS: Final = 20


def going_tip_wei(l1: Chain[ChainState]) -> int:
    """Return the going tip of a chain; all of the price where there is no base fee."""
    return max(l1.fee_quantile(GOING_QUANTILE, GOING_BLOCKS) - l1.base_fee_wei, LEAST_TIP_WEI)


def priced(
    call: Call[ChainState], name: str, l1: Chain[ChainState], now_ms: int, blobs: int = 0
) -> Transaction[ChainState]:
    """Return the transaction for a call at the going price.

    Args:
        call: What it does.
        name: Its sender and what it is about, with a colon between.
        l1: Where it goes.
        now_ms: Present.
        blobs: Blobs that it carries.
    """
    tip_wei = going_tip_wei(l1)
    return Transaction(
        id=f"{name}:{now_ms}",
        sender=name.partition(":")[0],
        call=call,
        max_fee_wei=HEADROOM * l1.base_fee_wei + tip_wei,
        tip_wei=tip_wei,
        submitted_ms=now_ms,
        blobs=blobs,
        max_blob_fee_wei=HEADROOM * l1.blob_fee_wei if blobs else 0,
    )


def raised(old: Transaction[ChainState], l1: Chain[ChainState], now_ms: int) -> Transaction[ChainState]:
    """Return a waiting transaction with the least fees with which a pool takes it in the place of the old one."""
    percent = BLOB_BUMP_PERCENT if old.blobs else BUMP_PERCENT
    tip_wei = max(going_tip_wei(l1), _raised_wei(old.tip_wei, percent))
    return replace(
        old,
        id=f"{old.id.rpartition(':')[0]}:{now_ms}",
        max_fee_wei=max(HEADROOM * l1.base_fee_wei + tip_wei, _raised_wei(old.max_fee_wei, percent)),
        tip_wei=tip_wei,
        submitted_ms=now_ms,
        max_blob_fee_wei=max(HEADROOM * l1.blob_fee_wei, _raised_wei(old.max_blob_fee_wei, percent)),
    )


def _raised_wei(wei: int, percent: int) -> int:
    return max(-(-wei * percent // 100), wei + 1) if wei else 0
