"""A chain: a pool of waiting transactions, and blocks that take some of them.

Who is taken is decided in `venues.chains.ordering`, what it costs in `venues.chains.fees`. The scenario's own
transactions are kept one by one, everybody else's as arrays.
"""

from collections import deque
from collections.abc import Container
from copy import copy
from dataclasses import replace
from typing import Final, Generic, Literal, TypeVar

from venues.chains.availability import Availability, ruled_finality_ms, ruled_ms
from venues.chains.background import EMPTY_POOL, GWEI, Demand, Pool, arrivals, lasting_ms
from venues.chains.calldata import signed_bytes
from venues.chains.confirmation import Level
from venues.chains.execution import Charge, execute
from venues.chains.fees.l1_fee import FREE, L1Prices
from venues.chains.fees.market import Fees, Usage, first_fees, next_fees
from venues.chains.history import History, Past
from venues.chains.intervals import interval_ms
from venues.chains.ordering.admission import Refusal, refusal
from venues.chains.ordering.blob_space import BlobSpace, blob_space
from venues.chains.ordering.nonces import replaceable, rival
from venues.chains.ordering.picked import Desk, Mandate, Picked, unit_price
from venues.chains.ordering.producer import Making, Producer, make
from venues.chains.produced import BlockSummary, Position, Produced, summary_of
from venues.chains.rules import ChainRules
from venues.chains.transaction import Block, Ledger, Receipt, Transaction
from venues.faults import NO_FAULTS, FaultKind, Faults
from venues.seeds import SeedPath, generator

S = TypeVar("S", bound=Ledger)

MEMORY: Final = 256
"""Blocks whose fees and times are remembered."""

GOING_BLOCKS: Final = 20
"""Blocks over which the going price is taken where there is no base fee."""

UNCONFIRMED: Final[tuple[FaultKind, ...]] = ("finality_stall", "partition")
"""Faults while which no block becomes safe or final."""

Submitted = Literal["waiting"] | Refusal
"""What became of a transaction sent to a pool; `gone` is also one whose predecessor no longer waits."""


class Chain(Generic[S]):
    """One chain, advanced block by block."""

    def __init__(
        self,
        *,
        id: str,  # noqa: A002
        rules: ChainRules,
        state: S,
        demand: Demand,
        seed: SeedPath,
        start_ms: int,
        settles_on: str | None = None,
    ) -> None:
        """Start a chain; `settles_on` names the L1 of a rollup, whose prices the world tells it."""
        self.id = id
        self.settles_on = settles_on
        self.l1_prices = FREE
        self.express: str | None = None
        self.availability: Availability | None = None
        self.mandate: Mandate[S] | None = None
        self.producer: Producer[S] | None = None
        self.making: Making[S] | None = None
        self.bundled: tuple[Transaction[S], ...] | None = None
        self.rules = rules
        self.state = state
        self.number, self.time_ms = 0, start_ms
        fees = first_fees(rules)
        self.base_fee_wei = fees.base_fee_wei
        self._backlog_gas, self._excess_blob_gas = fees.backlog_gas, fees.excess_blob_gas
        self.recent: deque[BlockSummary] = deque(maxlen=MEMORY)
        self._demand, self._seed = demand, seed
        self._waiting: dict[str, Transaction[S]] = {}
        self._nonces: dict[str, int] = {}
        self._background: Pool = EMPTY_POOL
        self._faults = NO_FAULTS
        self.history: History[S] = History()
        self.next_block_ms = start_ms + interval_ms(rules, seed, 0)

    def fork(self) -> "Chain[S]":
        """Return an independent copy that will do what this one would."""
        twin = copy(self)
        twin.recent, twin.history = self.recent.copy(), self.history.fork()
        twin._waiting = dict(self._waiting)  # noqa: SLF001  its own twin
        twin._nonces = dict(self._nonces)  # noqa: SLF001
        return twin

    def live_under(self, faults: Faults) -> None:
        """Let the chain live under a schedule of faults, from its next block on."""
        self._faults = faults
        self.next_block_ms = self._resumes_ms(self.next_block_ms)

    @property
    def _stops(self) -> tuple[FaultKind, ...]:
        return ("outage", "partition") if self.rules.when_split == "halt" else ("outage",)

    def down_ms(self, from_ms: int, until_ms: int) -> int:
        """Return for how long the chain was stopped from one instant until another."""
        return self._faults.lasting_ms(self._stops, self.id, from_ms, until_ms)

    def is_down(self, time_ms: int) -> bool:
        """Return whether the chain makes no blocks at an instant, and takes no transactions."""
        return self._resumes_ms(time_ms) != time_ms

    def submit(self, transaction: Transaction[S], replaces: str | None = None) -> Submitted:
        """Put a transaction into the pool, in place of another one if that still waits and it pays a tenth more.

        A transaction with the nonce of one that waits replaces it without being told to.
        """
        reason = refusal(transaction, self.rules, self._background, self._nonces, self.base_fee_wei)
        if reason is not None:
            return reason
        replaces = replaces or rival(transaction, self._waiting.values())
        if replaces is not None:
            old = self._waiting.get(replaces)
            if old is None:
                return "gone"
            if not replaceable(old, transaction, tip_counts=self.rules.base_fee is not None):
                return "underpriced"
            del self._waiting[old.id]
        if self.rules.arrival is not None:
            transaction = replace(transaction, submitted_ms=max(transaction.submitted_ms, self.time_ms))
        self._waiting[transaction.id] = transaction
        return "waiting"

    def withdraw(self, transaction_id: str) -> None:
        """Take a waiting transaction out of the pool, if it is still there."""
        self._waiting.pop(transaction_id, None)

    def is_waiting(self, transaction_id: str) -> bool:
        """Return whether a transaction is in the pool."""
        return transaction_id in self._waiting

    @property
    def pending(self) -> tuple[Transaction[S], ...]:
        """The scenario's transactions in the pool, in the order in which they came."""
        return tuple(self._waiting.values())

    def waiting(self, sender: str) -> tuple[Transaction[S], ...]:
        """Return the transactions of a sender that are in the pool, in the order in which they came."""
        return tuple(transaction for transaction in self._waiting.values() if transaction.sender == sender)

    def produce(self) -> Produced[S]:
        """Make the next block at its time."""
        since_ms, self.time_ms = self.time_ms, self.next_block_ms
        self.number += 1
        before = (self.state, self._fees(), self._background, dict(self._nonces))
        space = blob_space(self.rules.blobs, (*self._seed, "blobs", self.number), self.blob_fee_wei)
        picked = self._pick(since_ms, space)
        for transaction in picked.dropped:
            del self._waiting[transaction.id]
        done = [(transaction, self._execute(transaction, space, picked)) for transaction in picked.chosen]
        unpaid = tuple(transaction for transaction, receipt in done if receipt is None)
        included = tuple(transaction for transaction, receipt in done if receipt is not None)
        receipts = tuple(receipt for _, receipt in done if receipt is not None)
        self._background = picked.pool.after(picked.taken)
        gas_used = sum(receipt.gas_used for receipt in receipts) + int(picked.pool.gas[: picked.taken].sum())
        position = Position(number=self.number, time_ms=self.time_ms, base_fee_wei=self.base_fee_wei)
        summary = summary_of(position, picked.prices[: picked.taken], gas_used, len(self._background))
        self.recent.append(summary)
        blob_gas = space.used_gas(sum(transaction.blobs for transaction in included)) if space else 0
        self._reprice(Usage(gas=gas_used, blob_gas=blob_gas, since_ms=since_ms, time_ms=self.time_ms))
        past = Past(self.time_ms, since_ms, *before, included=included, receipts=receipts)
        self.history.remember(past, self._faults, self.id)
        self.next_block_ms = self.history.next_ms() or self._following_ms()
        return Produced(summary, receipts, picked.dropped + unpaid, self.history.take_undone(), included)

    def reorganise(self, depth: int, hidden: Container[str] = ()) -> int:
        """Give up the last blocks for another branch, and return how many were given up.

        The chain stands where it stood before them, their transactions wait in the pool again, and the next blocks that
        are produced are as many rivals with the same times. Everybody else's transactions reach both branches alike.

        Args:
            depth: Blocks to undo; no more than are remembered are.
            hidden: Transactions that the rivals' producers never heard of; they wait for the block after.
        """
        lost = self.history.give_up(depth, hidden, self.next_block_ms)
        if not lost:
            return 0
        first = lost[0]
        self.state, self._background, self._nonces = first.state, first.background, dict(first.nonces)
        self.base_fee_wei, self._backlog_gas = first.fees.base_fee_wei, first.fees.backlog_gas
        self._excess_blob_gas = first.fees.excess_blob_gas
        self.number -= len(lost)
        self.time_ms, self.next_block_ms = first.since_ms, first.time_ms
        self.recent = deque(list(self.recent)[: -len(lost)], maxlen=MEMORY)
        self._waiting = {each.id: each for past in lost for each in past.included} | self._waiting
        return len(lost)

    @property
    def blob_fee_wei(self) -> int:
        """Price of a unit of blob gas in the next block; zero where there are no blobs."""
        return self._fees().blob_fee_wei(self.rules)

    def prices(self) -> L1Prices:
        """Return what a rollup on this chain pays for space; where there is no base fee, the going price counts."""
        base_fee_wei = self.base_fee_wei if self.rules.base_fee else self.fee_quantile(0.5, GOING_BLOCKS)
        return L1Prices(base_fee_wei, self.blob_fee_wei)

    def data_fee_wei(self, transaction: Transaction[S]) -> int:
        """Return what the posting of a transaction costs its sender, at what is known of the L1's prices."""
        rule = self.rules.data_fee
        return rule.fee_wei(signed_bytes(transaction), self.l1_prices) if rule else 0

    def fee_quantile(self, quantile: float, blocks: int) -> int:
        """Return a quantile over recent blocks of the price that got into the upper 40 % of each, in wei per gas.

        Empty blocks say nothing; without any other, the base fee, or the level of demand where there is none. Never
        below the base fee of the next block.
        """
        prices = sorted(summary.p60_wei for summary in list(self.recent)[-blocks:] if summary.count)
        if not prices:
            return self.base_fee_wei if self.rules.base_fee else int(self._demand.at(self.time_ms).level_gwei * GWEI)
        return max(self.base_fee_wei, prices[min(int(quantile * len(prices)), len(prices) - 1)])

    def reached_ms(self, level: Level, number: int, time_ms: int) -> int | None:
        """Return when block `number`, made at `time_ms`, reaches a confirmation level.

        `None` while blocks are missing. If the block that completes them is forgotten, the time of the oldest one
        remembered stands for its own.
        """
        if self.availability is not None:
            ready_ms = self.availability.reached_ms(level, number, time_ms)
        else:
            ready_ms = ruled_ms(self.rules.level(level), self.recent, self.number - number, time_ms)
        if ready_ms is None or level == "included":
            return ready_ms
        return self._faults.over_ms(UNCONFIRMED, self.id, ready_ms)

    def derivable(self, now_ms: int) -> int:
        """Return the last block that anybody can derive at an instant: all of them, unless data must be posted."""
        return self.number if self.availability is None else self.availability.derivable(now_ms)

    def finality_ms(self, level: Level, quantile: float | None = None) -> int:
        """Return the time a level usually takes, or at a quantile; for what is posted, also by how it went of late."""
        ruled = ruled_finality_ms(self.rules, level, quantile)
        return ruled if quantile is None or self.availability is None else self.availability.late_ms(level, ruled)

    def _following_ms(self) -> int:
        return self._resumes_ms(self.time_ms + interval_ms(self.rules, self._seed, self.number))

    def _resumes_ms(self, time_ms: int) -> int:
        return self._faults.over_ms(self._stops, self.id, time_ms)

    def _fees(self) -> Fees:
        return Fees(
            base_fee_wei=self.base_fee_wei, backlog_gas=self._backlog_gas, excess_blob_gas=self._excess_blob_gas
        )

    def _reprice(self, usage: Usage) -> None:
        fees = next_fees(self._fees(), usage, self.rules)
        self.base_fee_wei = fees.base_fee_wei
        self._backlog_gas, self._excess_blob_gas = fees.backlog_gas, fees.excess_blob_gas

    def _pick(self, since_ms: int, space: BlobSpace | None) -> Picked[S]:
        """Return what the block takes."""
        elapsed_ms = self.time_ms - since_ms
        if self.is_down(self.time_ms - 1):
            elapsed_ms = lasting_ms(elapsed_ms, self._demand.patience_ms)
        waiting = self.history.heard_of(self._waiting.values(), self.time_ms)
        desk = Desk(
            rules=self.rules,
            since_ms=since_ms,
            time_ms=self.time_ms,
            base_fee_wei=self.base_fee_wei,
            pool=self._background,
            new=arrivals(self._demand, self.time_ms, elapsed_ms, generator(*self._seed, "demand", self.number)),
            waiting=space.admitted(waiting) if space else waiting,
            nonces=self._nonces,
            express=self.express,
            mandate=self.mandate,
        )
        picked, self.making = make(Block(self.id, self.number, self.time_ms), self.state, desk, self.producer)
        return picked

    def _execute(self, transaction: Transaction[S], space: BlobSpace | None, picked: Picked[S]) -> Receipt | None:
        """Apply a transaction; nothing comes of one whose sender cannot pay for its gas."""
        self._waiting.pop(transaction.id, None)
        charge = Charge(
            price_wei=unit_price(transaction, self.rules, self.base_fee_wei),
            data_fee_wei=self.data_fee_wei(transaction),
            blob_fee_wei=space.price_wei(transaction) if space else 0,
            data_bytes=len(signed_bytes(transaction)) if self.settles_on else 0,
            promised_ms=picked.promised.get(transaction.id, self.time_ms),
        )
        executed = execute(transaction, self.state, Block(self.id, self.number, self.time_ms), charge)
        if executed is None:
            return None
        if transaction.nonce is not None:
            self._nonces[transaction.sender] = transaction.nonce + 1
        self.state, receipt = executed
        return receipt
