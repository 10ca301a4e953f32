"""What chains show of settlements: receipts, the calls they are of, and how far each chain was watched."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from venues.chain_state import ChainState
from venues.chains.produced import Produced
from venues.chains.transaction import Block, Call, Log, Receipt
from venues.world import World

DELIVERIES: Final = ("Filled", "Delivered")
SETTLEMENTS: Final = (*DELIVERIES, "Locked", "Claimed")


@dataclass(frozen=True, slots=True)
class Span:
    """The stretch of a chain that was watched without a gap; block times in Unix milliseconds."""

    first_ms: int
    last_ms: int
    final_ms: int
    """Blocks up to this time cannot be undone any more."""


@dataclass(frozen=True, slots=True)
class Inclusion:
    """A transaction in a block."""

    receipt: Receipt
    call: Call[ChainState] | None
    """What it asked for, or `None` where only its receipt is known."""

    def log(self, *names: str) -> Log | None:
        """Return its first announcement of one of the names; a transaction that reverted has none."""
        good = self.receipt.status == "success"
        return next((log for log in self.receipt.logs if good and log.name in names), None)


Settling = tuple[Inclusion, Log]
"""A transaction that settled something, and what it announced."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of all chains."""

    inclusions: tuple[Inclusion, ...]
    """In the order in which their blocks were seen."""

    spans: Mapping[str, Span]


class Watch:
    """An observer of the world that keeps what settled something, as the chains have it now.

    Whatever it knows comes from blocks: calls, receipts, and how deep they lie. What is in a block that is taken back
    is forgotten.
    """

    def __init__(self, since_ms: int) -> None:
        """Start to watch at an instant, before any block that is of interest."""
        self._since_ms = since_ms
        self._found: dict[str, Inclusion] = {}
        """By transaction, in the order in which their blocks were seen."""

        self._by_fill: dict[str, dict[str, Settling]] = {}
        """The same by fill, then by transaction."""

        self._last_ms: dict[str, int] = {}
        self._final_ms: dict[str, int] = {}
        self._open: dict[str, deque[Block]] = {}
        """Blocks of each chain that can still be taken back."""

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:
        """Take in a block, and forget those whose place it takes."""
        for receipt in produced.undone:
            gone = self._found.pop(receipt.transaction_id, None)
            log = gone.log(*SETTLEMENTS) if gone is not None else None
            if log is not None:
                del self._by_fill[str(log.get("fill"))][receipt.transaction_id]
        calls = {transaction.id: transaction.call for transaction in produced.included}
        for receipt in produced.receipts:
            inclusion = Inclusion(receipt, calls.get(receipt.transaction_id))
            log = inclusion.log(*SETTLEMENTS)
            if log is not None:
                self._found[receipt.transaction_id] = inclusion
                self._by_fill.setdefault(str(log.get("fill")), {})[receipt.transaction_id] = inclusion, log
        self._confirm(world, Block(chain_id, produced.summary.number, produced.summary.time_ms))

    def evidence(self) -> Evidence:
        """Return what the chains show now."""
        spans = {
            chain: Span(self._since_ms, last_ms, self._final_ms.get(chain, 0))
            for chain, last_ms in self._last_ms.items()
        }
        return Evidence(tuple(self._found.values()), spans)

    def settlings(self, fill: str) -> Sequence[Settling]:
        """Return the transactions that settled something of a fill, in the order in which their blocks were seen."""
        return tuple(self._by_fill.get(fill, {}).values())

    def is_final(self, inclusion: Inclusion) -> bool:
        """Return whether the block of a transaction counts elsewhere by now."""
        block = inclusion.receipt.block
        return block.time_ms <= self._final_ms.get(block.chain, 0)

    def _confirm(self, world: World, block: Block) -> None:
        """Note which blocks of a chain count elsewhere by now, which is to say: for good, as far as anybody knows."""
        chain = block.chain
        self._last_ms[chain] = block.time_ms
        self._final_ms[chain] = min(self._final_ms.get(chain, 0), block.time_ms - 1)
        waiting = self._open.setdefault(chain, deque())
        while waiting and waiting[-1].number >= block.number:
            waiting.pop()
        waiting.append(block)
        while waiting and world.is_proved(waiting[0]):
            self._final_ms[chain] = waiting.popleft().time_ms
