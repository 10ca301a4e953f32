"""Base fee of blob space, where rollups post their batches.

The fee is an exponential of the blob gas used beyond the target so far, computed in integers ([EIP-4844]). Since
Osaka the excess falls only while blobs cost at least what their verification would in ordinary gas ([EIP-7918]);
below that reserve price it grows with every blob, so the fee follows the base fee of execution.

Source of the schedules: ethereum/go-ethereum, commit 02b73d4e, `params/config.go`.

[EIP-4844]: https://eips.ethereum.org/EIPS/eip-4844
[EIP-7918]: https://eips.ethereum.org/EIPS/eip-7918
"""

from dataclasses import dataclass
from typing import Final

GAS_PER_BLOB: Final = 131_072
MINIMUM_WEI: Final = 1
"""Blob base fee at no excess, in wei per blob gas."""

BASE_COST_GAS: Final = 8_192
"""Execution gas whose cost is the reserve price of a blob."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobSchedule:
    """How many blobs a block has, and how fast their price moves."""

    target: int
    """Blobs per block at which the fee stays."""

    most: int
    """Most blobs in a block."""

    update_fraction: int
    """Excess blob gas over which the fee grows by a factor of e."""

    reserve_price: bool = False
    """Whether the reserve price is in force."""


CANCUN: Final = BlobSchedule(target=3, most=6, update_fraction=3_338_477)
"""From 13 March 2024."""

PRAGUE: Final = BlobSchedule(target=6, most=9, update_fraction=5_007_716)
"""From 7 May 2025."""

OSAKA: Final = BlobSchedule(target=6, most=9, update_fraction=5_007_716, reserve_price=True)
"""From 3 December 2025: as Prague, with the reserve price."""

BPO1: Final = BlobSchedule(target=10, most=15, update_fraction=8_346_193, reserve_price=True)
"""From 9 December 2025."""

BPO2: Final = BlobSchedule(target=14, most=21, update_fraction=11_684_671, reserve_price=True)
"""From 7 January 2026."""


def fake_exponential(factor: int, numerator: int, denominator: int) -> int:
    """Return about `factor * e ** (numerator / denominator)`, by its Taylor series.

    Rounding: each term down, by the denominator first and then by its index, and the sum down once more.
    """
    total, term, index = 0, factor * denominator, 1
    while term > 0:
        total += term
        term = term * numerator // denominator // index
        index += 1
    return total // denominator


def blob_base_fee(excess_gas: int, schedule: BlobSchedule) -> int:
    """Return the blob base fee at an excess, in wei per blob gas."""
    return fake_exponential(MINIMUM_WEI, excess_gas, schedule.update_fraction)


def next_excess(excess_gas: int, used_gas: int, base_fee_wei: int, schedule: BlobSchedule) -> int:
    """Return the excess blob gas of a block from what its parent had.

    Args:
        excess_gas: Excess blob gas of the parent.
        used_gas: Blob gas of the parent.
        base_fee_wei: Execution base fee of the parent, in wei per gas.
        schedule: The schedule in force.
    """
    target_gas = schedule.target * GAS_PER_BLOB
    if excess_gas + used_gas < target_gas:
        return 0
    fee_wei = blob_base_fee(excess_gas, schedule)
    if schedule.reserve_price and BASE_COST_GAS * base_fee_wei > GAS_PER_BLOB * fee_wei:
        return excess_gas + used_gas * (schedule.most - schedule.target) // schedule.most
    return excess_gas + used_gas - target_gas
