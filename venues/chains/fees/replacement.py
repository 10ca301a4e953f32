"""When a waiting transaction makes way for another of the same sender and nonce.

Source: ethereum/go-ethereum, commit 02b73d4e, `core/txpool/legacypool/list.go`.
"""

from typing import Final

BUMP_PERCENT: Final = 110
"""A replacement pays at least this percentage of what it replaces."""

BLOB_BUMP_PERCENT: Final = 200
"""The same for transactions that carry blobs."""


def is_raised(old_wei: int, new_wei: int, bump_percent: int = BUMP_PERCENT) -> bool:
    """Return whether one fee field is high enough to replace another: more, and by the bump, rounded down."""
    return new_wei > old_wei and new_wei >= old_wei * bump_percent // 100


def may_replace(
    old: tuple[int, int], new: tuple[int, int], *, tip_counts: bool = True, bump_percent: int = BUMP_PERCENT
) -> bool:
    """Return whether a transaction may take the place of another; each is its fee cap and its tip, both in wei."""
    (old_cap, old_tip), (new_cap, new_tip) = old, new
    return is_raised(old_cap, new_cap, bump_percent) and (not tip_counts or is_raised(old_tip, new_tip, bump_percent))
