"""How large a batch is on the L1, and what it costs as blobs or as calldata.

Blocks are compressed and cut into frames, one a blob. A blob holds 130,044 bytes of data; as calldata a transaction
holds at most 120,000, since nodes do not pass on more than 128 KiB.

Sources: ethereum-optimism/optimism, `op-service/eth/blob.go` (bytes of a blob), `op-batcher/flags/flags.go` (bytes of
a transaction, ratio of compression); ethereum-optimism/specs, commit fd72cf79, `protocol/derivation.md` (frames).
Assumed: the bytes of everybody else's transactions.
"""

from dataclasses import dataclass
from typing import Final

from venues.chains.action_gas import TRANSFER_GAS
from venues.chains.fees.blob_fee import GAS_PER_BLOB
from venues.rollups.inbox import Carrier
from venues.rollups.sequenced import Sequenced

BLOB_BYTES: Final = (4 * 31 + 3) * 1024 - 4
CALLDATA_BYTES: Final = 120_000
FRAME_BYTES: Final = 23
"""Channel, number, length and end mark of a frame."""

PPM: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Compression:
    """How transactions become bytes on the L1."""

    ratio_ppm: int = 600_000
    """Bytes after compression over bytes before, in millionths."""

    others_bytes: int = 180
    """Mean size of everybody else's transactions, before compression."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What the L1 charges for space."""

    gas_wei: int
    """A unit of gas, tip included."""

    blob_wei: int | None
    """A unit of blob gas; none where there are no blobs."""

    byte_gas: int
    """Gas of a byte of calldata."""


def compressed_bytes(sequenced: Sequenced, first: int, last: int, compression: Compression) -> int:
    """Return the bytes of a run of blocks after compression, without frames; rounded up."""
    start, end = sequenced.before(first), sequenced.tallies[last]
    raw = end.own_bytes - start.own_bytes + (end.others - start.others) * compression.others_bytes
    return -(-raw * compression.ratio_ppm // PPM)


def last_fitting(sequenced: Sequenced, first: int, newest: int, size: int, compression: Compression) -> int:
    """Return the last block with which a batch from `first` on stays within `size` bytes; one block always goes."""
    low, high = first, newest
    while low < high:
        middle = (low + high + 1) // 2
        if compressed_bytes(sequenced, first, middle, compression) <= size:
            low = middle
        else:
            high = middle - 1
    return low


def blob_count(size: int) -> int:
    """Return how many blobs hold `size` bytes; at least one."""
    return max(-(-size // (BLOB_BYTES - FRAME_BYTES)), 1)


def batch_gas(size: int, carrier: Carrier, byte_gas: int) -> int:
    """Return the gas of the transaction that posts `size` bytes."""
    return TRANSFER_GAS + ((size + FRAME_BYTES) * byte_gas if carrier == "calldata" else 0)


def cheaper(size: int, prices: Prices) -> Carrier:
    """Return what carries `size` bytes at the lower price."""
    if prices.blob_wei is None:
        return "calldata"
    as_blobs = TRANSFER_GAS * prices.gas_wei + blob_count(size) * GAS_PER_BLOB * prices.blob_wei
    as_calldata = batch_gas(size, "calldata", prices.byte_gas) * prices.gas_wei
    return "blobs" if as_blobs <= as_calldata else "calldata"
