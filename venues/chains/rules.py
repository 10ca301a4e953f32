"""What makes one chain different from another, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from venues.chains.confirmation import Confirmation, Level
from venues.chains.fees.backlog import BacklogRule
from venues.chains.fees.base_fee import BaseFeeRule
from venues.chains.fees.blob_fee import BlobSchedule
from venues.chains.fees.l1_fee import DataFee
from venues.chains.ordering.slots import PoolRules
from venues.seeds import Generator


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobMarket:
    """Blob space of a chain, and everybody else's demand for it."""

    schedule: BlobSchedule
    mean_blobs: float
    """Blobs that everybody else wants to post, each block; Poisson."""

    first_excess_gas: int
    """Excess blob gas at the first block."""

    tip_wei: int = 1_000_000_000
    """What everybody else tips for a unit of gas; who tips more goes before them."""

    most_per_transaction: int = 6
    """Most blobs of one transaction (EIP-7594)."""

    def others(self, rng: Generator) -> int:
        """Return the blobs of everybody else for a block: as many as they want, up to the most there is."""
        return min(int(rng.poisson(self.mean_blobs)), self.schedule.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequencing:
    """Who orders the transactions of a rollup, and what a user can do against them."""

    preconfirmation_ms: int
    """Time after which the sequencer says that a transaction will be in the next block."""

    batch_interval_ms: int
    """Time between the batches that are posted to the L1."""

    forced_ms: int
    """Longest time for which a transaction sent through the L1 can be kept out."""

    drift_ms: int
    """How far the rollup's clock may run ahead of its L1's before it may only make empty blocks; zero if unlimited."""

    service: str = ""
    """Name of the service that orders several rollups at once; empty for a sequencer of the rollup's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """First come, first served: the queue in front of a sequencer."""

    queue_size: int
    """Transactions that wait; beyond them a new one is refused."""

    timeout_ms: int
    """Time after which a waiting transaction is returned."""

    express_delay_ms: int = 0
    """Time for which everybody is held back who does not hold the express lane."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proving:
    """How long a validity proof takes, and how long its effect is held back."""

    proof_ms: int
    """From the posting of a batch to its verified proof."""

    execution_delay_ms: int
    """From the proof to the first instant at which the L1 may act on the batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainRules:
    """How a chain makes, prices and confirms its blocks."""

    name: str
    block_gas: int
    """Gas limit of a block."""

    interval_ms: int
    """Mean time between blocks (random intervals) or the time itself (fixed ones)."""

    random_intervals: bool
    """Whether blocks are mined at exponential intervals, in whole seconds."""

    base_fee: BaseFeeRule | BacklogRule | None
    """How the price of gas moves; none for a first-price auction."""

    pool_size: int
    """Waiting transactions a node keeps; the cheapest are dropped beyond it."""

    levels: Mapping[Level, Confirmation]
    when_split: Literal["fork", "halt"] = "fork"
    """What the chain prefers while its network is split: `fork` is liveness, with blocks that may be undone when the
    parts meet again; `halt` is safety, with no blocks at all, as where one sequencer or two thirds of the votes are
    needed for each."""

    first_base_fee_wei: int = 0
    """Base fee of the first block, if above the minimum."""

    transaction_gas: int | None = None
    """Most gas of one transaction, if it is less than a block's."""

    pool: PoolRules | None = None
    """What the pool grants to one sender, if it counts nonces."""

    arrival: Arrival | None = None
    """Set where transactions are served in the order of arrival instead of that of price."""

    blobs: BlobMarket | None = None
    byte_gas: int = 16
    """Gas of a byte of calldata, if hardly any is zero and nothing else is done: EIP-2028, or the floor of EIP-7623."""

    data_fee: DataFee | None = None
    """What a transaction pays for being posted to the L1."""

    sequencing: Sequencing | None = None
    proving: Proving | None = None

    def __post_init__(self) -> None:
        missing = {"included", "safe", "final"} - set(self.levels)
        if missing:
            raise ValueError(f"{self.name} does not say when a block is {min(missing)}")

    def level(self, level: Level) -> Confirmation:
        """Return what a block waits for to reach a level."""
        return self.levels[level]
