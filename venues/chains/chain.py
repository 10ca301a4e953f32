"""A chain: a pool of waiting transactions, and blocks that take the best paying of them.

Before EIP-1559 the order is by gas price, afterwards by what is left for the producer above the base fee; first seen
first at equal price. The scenario's own transactions are kept one by one, everybody else's as arrays; at equal price
everybody else's go first.
"""

from collections import deque
from copy import copy
from dataclasses import dataclass
from typing import Final, Generic, Literal, TypeVar

import numpy as np

from venues.chains.background import (
    EMPTY_POOL,
    GAS_SIZES,
    GWEI,
    Demand,
    Pool,
    Wei,
    arrivals,
    fitting,
    merged,
    paid,
    thinned,
)
from venues.chains.base_fee import next_base_fee
from venues.chains.presets import ChainRules, Level
from venues.chains.transaction import Block, Ledger, Receipt, Reverted, Transaction
from venues.seeds import SeedPath, generator

S = TypeVar("S", bound=Ledger)

BUMP_PERCENT: Final = 110
"""A replacement pays at least this percentage of the fee it replaces (geth's default)."""

MEMORY: Final = 256
"""Blocks whose fees and times are remembered."""

Submitted = Literal["waiting", "underpriced", "gone"]
"""What became of a transaction sent to a pool; `gone` is one whose predecessor no longer waits."""


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


class Chain(Generic[S]):
    """One chain, advanced block by block."""

    def __init__(self, *, id: str, rules: ChainRules, state: S, demand: Demand, seed: SeedPath, start_ms: int) -> None:  # noqa: A002
        self.id = id
        self.rules = rules
        self.state = state
        self.number = 0
        self.time_ms = start_ms
        self.base_fee_wei = rules.base_fee.minimum_wei if rules.base_fee else 0
        self.recent: deque[BlockSummary] = deque(maxlen=MEMORY)
        self._demand = demand
        self._seed = seed
        self._waiting: dict[str, Transaction[S]] = {}
        self._background: Pool = EMPTY_POOL
        self.next_block_ms = start_ms + interval_ms(rules, seed, 0)

    def fork(self) -> "Chain[S]":
        """Return an independent copy that will do what this one would."""
        twin = copy(self)
        twin.recent = self.recent.copy()
        twin._waiting = dict(self._waiting)  # noqa: SLF001  its own twin
        return twin

    def submit(self, transaction: Transaction[S], replaces: str | None = None) -> Submitted:
        """Put a transaction into the pool, in place of another one if that still waits and it pays a tenth more."""
        if replaces is not None:
            old = self._waiting.get(replaces)
            if old is None:
                return "gone"
            tip_counts = self.rules.base_fee is not None
            if not _bumped(old.max_fee_wei, transaction.max_fee_wei):
                return "underpriced"
            if tip_counts and not _bumped(old.tip_wei, transaction.tip_wei):
                return "underpriced"
            del self._waiting[old.id]
        self._waiting[transaction.id] = transaction
        return "waiting"

    def withdraw(self, transaction_id: str) -> None:
        """Take a waiting transaction out of the pool, if it is still there."""
        self._waiting.pop(transaction_id, None)

    def is_waiting(self, transaction_id: str) -> bool:
        """Return whether a transaction is in the pool."""
        return transaction_id in self._waiting

    def waiting(self, sender: str) -> tuple[Transaction[S], ...]:
        """Return the transactions of a sender that are in the pool, in the order in which they came."""
        return tuple(transaction for transaction in self._waiting.values() if transaction.sender == sender)

    def produce(self) -> Produced[S]:
        """Make the next block at its time."""
        elapsed = self.next_block_ms - self.time_ms
        self.time_ms = self.next_block_ms
        self.number += 1
        new = arrivals(self._demand, self.time_ms, elapsed, generator(*self._seed, "demand", self.number))
        pool = merged(thinned(self._background, self.time_ms), new, self.rules.pool_size)
        dropped = self._drop_cheapest(pool)
        prices = pool.price if self.rules.base_fee is None else paid(pool, self.base_fee_wei)
        chosen = self._choose(pool, prices)
        taken = fitting(pool, self.rules.block_gas - sum(t.gas for t in chosen), self.base_fee_wei)
        receipts = [self._execute(transaction) for transaction in chosen]
        unpaid = tuple(t for t, receipt in zip(chosen, receipts, strict=True) if receipt is None)
        included = tuple(receipt for receipt in receipts if receipt is not None)
        self._background = pool.after(taken)
        gas_used = sum(receipt.gas_used for receipt in included) + int(pool.gas[:taken].sum())
        summary = self._summary(prices[:taken], gas_used)
        self.recent.append(summary)
        if self.rules.base_fee:
            self.base_fee_wei = next_base_fee(self.base_fee_wei, gas_used, self.rules.block_gas, self.rules.base_fee)
        self.next_block_ms = self.time_ms + interval_ms(self.rules, self._seed, self.number)
        return Produced(summary, included, dropped + unpaid)

    def fee_quantile(self, quantile: float, blocks: int) -> int:
        """Return a quantile over recent blocks of the price that got into the upper 40 % of each, in wei per gas.

        Empty blocks say nothing; without any other, the base fee, or the level of demand where there is none. Never
        below the base fee of the next block.
        """
        prices = sorted(summary.p60_wei for summary in list(self.recent)[-blocks:] if summary.count)
        if not prices:
            return self.base_fee_wei if self.rules.base_fee else int(self._demand.at(self.time_ms).level_gwei * GWEI)
        return max(self.base_fee_wei, prices[min(int(quantile * len(prices)), len(prices) - 1)])

    def has_reached(self, level: Level, number: int, time_ms: int, now_ms: int) -> bool:
        """Return whether block `number`, made at `time_ms`, has reached a confirmation level."""
        deep = self.number - number >= self.rules.finality_blocks[level]
        return deep and now_ms - time_ms >= self.rules.finality_delay_ms[level]

    def reached_ms(self, level: Level, number: int, time_ms: int) -> int | None:
        """Return when block `number`, made at `time_ms`, reaches a confirmation level.

        `None` while blocks are missing. If the block that completes them is forgotten, the time of the oldest one
        remembered stands for its own.
        """
        blocks = self.rules.finality_blocks[level]
        behind = self.number - number - blocks
        if behind < 0:
            return None
        completed_ms = self.recent[-1 - min(behind, len(self.recent) - 1)].time_ms if blocks else time_ms
        return max(completed_ms, time_ms + self.rules.finality_delay_ms[level])

    def finality_ms(self, level: Level) -> int:
        """Return the time a level usually takes: the mean of the blocks it needs, and its delay."""
        blocks = self.rules.finality_blocks[level]
        return blocks * self.rules.interval_ms + self.rules.finality_delay_ms[level]

    def _price(self, transaction: Transaction[S]) -> int:
        """Return what a transaction would pay for a unit of gas in the next block."""
        if self.rules.base_fee is None:
            return transaction.max_fee_wei
        return min(transaction.max_fee_wei, self.base_fee_wei + transaction.tip_wei)

    def _drop_cheapest(self, pool: Pool) -> tuple[Transaction[S], ...]:
        if len(pool) < self.rules.pool_size or not self._waiting:
            return ()
        floor = int(pool.price[-1])
        dropped = tuple(t for t in self._waiting.values() if t.max_fee_wei < floor)
        for transaction in dropped:
            del self._waiting[transaction.id]
        return dropped

    def _choose(self, pool: Pool, prices: Wei) -> list[Transaction[S]]:
        """Return the waiting transactions that the block includes, best paying first."""
        if not self._waiting:
            return []
        head = self.rules.block_gas // GAS_SIZES[0] + 1
        gas_above = np.concatenate([[0], np.cumsum(pool.gas[:head])])
        descending = -prices[:head]
        chosen: list[Transaction[S]] = []
        used = 0
        for transaction in sorted(self._waiting.values(), key=lambda t: -self._price(t)):
            if transaction.max_fee_wei < self.base_fee_wei:
                continue
            ahead = int(gas_above[np.searchsorted(descending, -self._price(transaction), side="right")])
            if ahead + used + transaction.gas <= self.rules.block_gas:
                chosen.append(transaction)
                used += transaction.gas
        return chosen

    def _execute(self, transaction: Transaction[S]) -> Receipt | None:
        """Apply a transaction; nothing comes of one whose sender cannot pay for its gas."""
        del self._waiting[transaction.id]
        price = self._price(transaction)
        paid = self.state.pay_gas(transaction.sender, price * transaction.gas)
        if paid is None:
            return None
        block = Block(self.id, self.number, self.time_ms)
        outcome = transaction.call.apply(paid, block)
        reverted = isinstance(outcome, Reverted)
        self.state = paid if isinstance(outcome, Reverted) else outcome.state
        return Receipt(
            transaction_id=transaction.id,
            sender=transaction.sender,
            block=block,
            status="reverted" if reverted else "success",
            reason=outcome.reason if isinstance(outcome, Reverted) else "",
            gas_used=transaction.gas,
            price_wei=price,
            logs=() if isinstance(outcome, Reverted) else outcome.logs,
        )

    def _summary(self, prices: Wei, gas_used: int) -> BlockSummary:
        """Return what the block was like; `prices` are dearest first."""
        last = len(prices) - 1
        low, p35, p60, p90 = (int(prices[(100 - q) * last // 100]) if last >= 0 else 0 for q in (0, 35, 60, 90))
        return BlockSummary(
            number=self.number,
            time_ms=self.time_ms,
            base_fee_wei=self.base_fee_wei,
            gas_used=gas_used,
            count=last + 1,
            low_wei=low,
            p35_wei=p35,
            p60_wei=p60,
            p90_wei=p90,
            mean_wei=int(prices.mean()) if last >= 0 else 0,
            waiting=len(self._background),
        )


def interval_ms(rules: ChainRules, seed: SeedPath, number: int) -> int:
    """Return the time from block `number` to the next one."""
    if not rules.random_intervals:
        return rules.interval_ms
    mean_s = rules.interval_ms / 1000 - 0.5
    return 1000 * (int(generator(*seed, "interval", number).exponential(mean_s)) + 1)


def _bumped(old_wei: int, new_wei: int) -> bool:
    return new_wei > old_wei and new_wei >= old_wei * BUMP_PERCENT // 100
