"""Receipts: how a message of weight arrives although a bus may lose it or bring it twice.

The sender repeats a message until it is answered; the receiver answers a repeated message as it did the first time,
and acts on it once. A message is known by the hash of its payload, so neither side needs to agree on numbers.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from intents.bus.bus import Bus, Subscription
from intents.errors import BusError, MalformedMessageError, NoReceiptError
from intents.messages import Receipt, decode, encode

REMEMBERED: Final = 10_000
"""Receipts that a receiver keeps for messages that may come again."""


def message_id(payload: bytes) -> str:
    """Return the name of a message: the SHA-256 of its payload in lower-case hex."""
    return hashlib.sha256(payload).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Persistence:
    """How long a sender insists on a receipt."""

    timeout_s: float = 2.0
    """How long to wait for a receipt before the message is sent again."""

    attempts: int = 5
    """How often a message is sent at most."""


class Sender:
    """Delivers messages whose receipts come on one topic: a context manager, for any number of deliveries at a time.

    Args:
        bus: What carries both; it stays open.
        receipts_topic: Where the receiver answers.
        persistence: How long to insist.
    """

    def __init__(self, bus: Bus, receipts_topic: str, *, persistence: Persistence | None = None) -> None:
        self._bus = bus
        self._receipts_topic = receipts_topic
        self._persistence = persistence or Persistence()
        self._waiting: dict[str, set[asyncio.Future[Receipt]]] = {}
        self._reader: asyncio.Task[None] | None = None
        self._failure: BusError | None = None

    async def deliver(self, topic: str, payload: bytes) -> Receipt:
        """Return the receipt of a message, sent as often as it takes.

        Raises:
            NoReceiptError: if nobody answers.
            BusError: if the bus cannot carry it, or the receipts cannot be read.
        """
        key = message_id(payload)
        answer: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, set()).add(answer)
        try:
            for _ in range(self._persistence.attempts):
                self._check()
                await self._bus.publish(topic, payload)
                await asyncio.wait((answer,), timeout=self._persistence.timeout_s)
                if answer.done():
                    return answer.result()
        finally:
            # A failure that nobody waited for any more is not an error of its own.
            if not answer.cancel() and not answer.cancelled():
                answer.exception()
            self._waiting[key].discard(answer)
            if not self._waiting[key]:
                del self._waiting[key]
        raise NoReceiptError(topic, key, self._persistence.attempts)

    async def __aenter__(self) -> Self:
        receipts = await self._bus.subscribe(self._receipts_topic)
        self._failure = None
        self._reader = asyncio.create_task(self._read(receipts))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._reader is not None:
            reader, self._reader = self._reader, None
            reader.cancel()
            await asyncio.wait((reader,))

    def _check(self) -> None:
        if self._reader is None:
            raise BusError("the sender is not open; use it as a context manager")
        if self._failure is not None:
            raise self._failure

    async def _read(self, receipts: Subscription) -> None:
        failure = BusError("the sender is closed")
        try:
            async with receipts:
                async for message in receipts:
                    self._settle(message.payload)
        except BusError as error:
            failure = error
        finally:
            self._failure = failure
            for answers in self._waiting.values():
                for answer in answers:
                    if not answer.done():
                        answer.set_exception(failure)

    def _settle(self, payload: bytes) -> None:
        try:
            receipt = decode(Receipt, payload)
        except MalformedMessageError:
            # Anybody may write there; a false receipt must not stop the true one.
            return
        for answer in self._waiting.get(receipt.message_id, ()):
            if not answer.done():
                answer.set_result(receipt)


class Deduplicator:
    """Answers each message once and remembers the answer, for the last `capacity` messages."""

    def __init__(self, capacity: int = REMEMBERED) -> None:
        self._capacity = capacity
        self._receipts: OrderedDict[str, Receipt] = OrderedDict()
        self._running: dict[str, asyncio.Event] = {}

    def known(self, payload: bytes) -> Receipt | None:
        """Return the receipt that this message got before, if it is remembered."""
        key = message_id(payload)
        if key in self._receipts:
            self._receipts.move_to_end(key)
        return self._receipts.get(key)

    def remember(self, receipt: Receipt) -> None:
        """Keep a receipt for the case that its message comes again, and forget the oldest beyond the capacity."""
        self._receipts[receipt.message_id] = receipt
        self._receipts.move_to_end(receipt.message_id)
        while len(self._receipts) > self._capacity:
            self._receipts.popitem(last=False)

    async def once(self, payload: bytes, process: Callable[[bytes], Awaitable[Receipt]]) -> Receipt:
        """Return the receipt of a message, from `process` the first time.

        A repetition that comes while the first is in process waits for it; if that one fails, it takes its place.
        """
        key = message_id(payload)
        while key in self._running:
            # Ends with `process`, whose waits have their own time-outs.
            await self._running[key].wait()
        if receipt := self.known(payload):
            return receipt
        done = self._running[key] = asyncio.Event()
        try:
            receipt = await process(payload)
            assert receipt.message_id == key, "a receipt must name the message that it answers"
            self.remember(receipt)
        finally:
            del self._running[key]
            done.set()
        return receipt

    async def answer(
        self, bus: Bus, reply_to: str, payload: bytes, process: Callable[[bytes], Awaitable[Receipt]]
    ) -> Receipt:
        """Return the receipt of a message after sending it to `reply_to`, also if the message came before."""
        receipt = await self.once(payload, process)
        await bus.publish(reply_to, encode(receipt))
        return receipt
