"""What an OP Stack chain charges for posting a transaction to its L1, on top of execution gas.

Three rules, one a fork. Bedrock prices the calldata gas of the transaction. Ecotone weighs the L1 base fee against
the blob base fee. Fjord replaces calldata gas by the size after compression, which a straight line estimates from the
FastLZ length.

Source: ethereum-optimism/specs, commit fd72cf79; ethereum-optimism/op-geth, commit 7b56c731,
`core/types/rollup_cost.go`.
"""

from dataclasses import dataclass
from typing import Final, Protocol

from venues.chains.fees.fastlz import compressed_length

ZERO_BYTE_GAS: Final = 4
NONZERO_BYTE_GAS: Final = 16
SCALE: Final = 1_000_000
"""Scalars and size estimates are in millionths."""

INTERCEPT: Final = -42_585_600
SLOPE: Final = 836_500
"""Of the estimated size over the FastLZ length, in millionths of a byte."""

LEAST_SIZE: Final = 100_000_000
"""Least estimated size, in millionths of a byte."""


@dataclass(frozen=True, slots=True)
class L1Prices:
    """What space on the L1 costs, as a rollup knows it."""

    base_fee_wei: int
    """Per unit of gas."""

    blob_fee_wei: int
    """Per unit of blob gas."""


FREE: Final = L1Prices(0, 0)
"""Before a rollup has heard of its L1."""


class DataFee(Protocol):
    """A rule for the data fee."""

    def fee_wei(self, data: bytes, prices: L1Prices) -> int:
        """Return the fee of a signed transaction, in wei."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BedrockFee:
    """The rule until Ecotone."""

    overhead_gas: int
    scalar: int
    """Millionths."""

    def fee_wei(self, data: bytes, prices: L1Prices) -> int:
        """Return the fee of a signed transaction, in wei."""
        return bedrock_fee(calldata_gas(data) + self.overhead_gas, prices.base_fee_wei, self.scalar)


@dataclass(frozen=True, slots=True, kw_only=True)
class EcotoneFee:
    """The rule from Ecotone to Fjord."""

    base_fee_scalar: int
    """Millionths."""

    blob_fee_scalar: int
    """Millionths."""

    def fee_wei(self, data: bytes, prices: L1Prices) -> int:
        """Return the fee of a signed transaction, in wei."""
        return ecotone_fee(calldata_gas(data), weighted_price(prices, self.base_fee_scalar, self.blob_fee_scalar))


@dataclass(frozen=True, slots=True, kw_only=True)
class FjordFee:
    """The rule since Fjord."""

    base_fee_scalar: int
    """Millionths."""

    blob_fee_scalar: int
    """Millionths."""

    def fee_wei(self, data: bytes, prices: L1Prices) -> int:
        """Return the fee of a signed transaction, in wei."""
        price = weighted_price(prices, self.base_fee_scalar, self.blob_fee_scalar)
        return fjord_fee(estimated_size(compressed_length(data)), price)


def calldata_gas(data: bytes) -> int:
    """Return the gas of data as calldata: 4 for a zero byte, 16 for any other."""
    zeros = data.count(0)
    return ZERO_BYTE_GAS * zeros + NONZERO_BYTE_GAS * (len(data) - zeros)


def weighted_price(prices: L1Prices, base_fee_scalar: int, blob_fee_scalar: int) -> int:
    """Return the price of 16 units of calldata gas, or of a byte, times `SCALE`, in wei."""
    return NONZERO_BYTE_GAS * prices.base_fee_wei * base_fee_scalar + prices.blob_fee_wei * blob_fee_scalar


def bedrock_fee(gas: int, base_fee_wei: int, scalar: int) -> int:
    """Return the fee for `gas`, overhead included; rounded down."""
    return gas * base_fee_wei * scalar // SCALE


def ecotone_fee(gas: int, price: int) -> int:
    """Return the fee for calldata gas at a weighted price; rounded down."""
    return gas * price // (NONZERO_BYTE_GAS * SCALE)


def estimated_size(fastlz_size: int) -> int:
    """Return the estimated size in a batch, in millionths of a byte."""
    return max(LEAST_SIZE, INTERCEPT + SLOPE * fastlz_size)


def fjord_fee(size: int, price: int) -> int:
    """Return the fee for an estimated size at a weighted price; rounded down."""
    return size * price // (SCALE * SCALE)


def fjord_gas(size: int) -> int:
    """Return the L1 gas that a Fjord receipt shows for an estimated size; rounded down."""
    return size * NONZERO_BYTE_GAS // SCALE
