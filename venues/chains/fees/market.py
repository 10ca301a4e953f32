"""What a chain charges from block to block: base fee, backlog and blob fee together."""

from dataclasses import dataclass

from venues.chains.fees.backlog import BacklogRule, backlog_price, drained
from venues.chains.fees.base_fee import next_base_fee
from venues.chains.fees.blob_fee import blob_base_fee, next_excess
from venues.chains.rules import ChainRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    """Charges of one block, and what they will move by."""

    base_fee_wei: int
    """Per unit of gas; zero in a first-price auction."""

    backlog_gas: int = 0
    excess_blob_gas: int = 0

    def blob_fee_wei(self, rules: ChainRules) -> int:
        """Return the price of a unit of blob gas, in wei; zero where there are no blobs."""
        return blob_base_fee(self.excess_blob_gas, rules.blobs.schedule) if rules.blobs else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a block took, and when."""

    gas: int
    blob_gas: int
    since_ms: int
    """Time of the block before."""

    time_ms: int


def first_fees(rules: ChainRules) -> Fees:
    """Return the charges of the first block."""
    base_fee_wei = max(rules.base_fee.minimum_wei, rules.first_base_fee_wei) if rules.base_fee else 0
    return Fees(base_fee_wei=base_fee_wei, excess_blob_gas=rules.blobs.first_excess_gas if rules.blobs else 0)


def next_fees(fees: Fees, usage: Usage, rules: ChainRules) -> Fees:
    """Return the charges of the block after one with `fees`."""
    excess = fees.excess_blob_gas
    if rules.blobs:
        excess = next_excess(excess, usage.blob_gas, fees.base_fee_wei, rules.blobs.schedule)
    base_fee_wei, backlog = fees.base_fee_wei, fees.backlog_gas
    if isinstance(rules.base_fee, BacklogRule):
        backlog = drained(backlog, usage.time_ms // 1000 - usage.since_ms // 1000, rules.base_fee)
        base_fee_wei = backlog_price(backlog, rules.base_fee)
        backlog += usage.gas
    elif rules.base_fee:
        base_fee_wei = next_base_fee(base_fee_wei, usage.gas, rules.block_gas, rules.base_fee)
    return Fees(base_fee_wei=base_fee_wei, backlog_gas=backlog, excess_blob_gas=excess)
