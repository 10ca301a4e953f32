"""Gas of the settlement contracts' calls.

Assumed, in proportion to measured contracts of the same shape: a Uniswap v3 swap takes 99,004 to 152,706 gas, a plain
transfer 21,000 (Uniswap/v3-core snapshots, commit d8b1c635). Venue orders are charged on top by each venue.
"""

from typing import Final

SETTLE_GAS: Final = 230_000
"""Signature check, escrow, delivery and payment on one chain."""

LOCK_GAS: Final = 95_000
"""Signature check, and cash set aside."""

DELIVER_GAS: Final = 170_000
"""Delivery on a chain that is not the owner's home."""

CLAIM_GAS: Final = 120_000
"""Payment against a proof of delivery."""

REFUND_GAS: Final = 60_000
"""Cash back to the owner."""

BRIDGE_GAS: Final = 120_000
"""Deposit into a bridge."""

SLASH_GAS: Final = 70_000
"""Part of a bond handed to a wronged owner."""

REWARD_GAS: Final = 70_000
"""Fees paid out to a solver."""
