"""What a message bus promises, whatever carries it.

Delivery is at least once, and only to those who are subscribed at that moment. Messages that one publisher sends on
one topic, each after the last `publish` returned, arrive in that order. A broker that dies may lose what it had
accepted, and a publisher that cannot know repeats itself; so handlers must be idempotent by content id, and a message
of weight is sent with a receipt (`intents.bus.receipts`).
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Protocol, Self

from intents.bus.filters import check_filter, check_topic, matches
from intents.errors import BusError, PayloadTooLargeError

MAX_MESSAGE_BYTES: Final = 4 << 20
"""Largest payload that any bus carries."""

DEFAULT_CAPACITY: Final = 1024
"""Messages a subscription holds until they are read, unless it says otherwise."""

MAX_QUEUED_BYTES: Final = 64 << 20
"""Bytes a subscription holds until they are read."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message as a subscriber gets it."""

    topic: str
    payload: bytes
    retained: bool = False
    """Whether it was kept from before the subscription began."""


class Subscription:
    """The messages on some topics, in order of arrival: an async iterator, and a context manager that closes it.

    The iterator waits as long as the subscription lives and ends when it is closed; `receive` waits for a stated time.
    A subscription that failed raises its `BusError` at every further read.
    """

    def __init__(
        self, filters: tuple[str, ...], *, capacity: int, detach: Callable[["Subscription"], Awaitable[None]]
    ) -> None:
        self.filters = filters
        self._topics = frozenset(text for text in filters if "+" not in text and "#" not in text)
        self._patterns = tuple(text for text in filters if text not in self._topics)
        self._capacity = capacity
        self._detach = detach
        self._queue: deque[Message] = deque()
        self._queued_bytes = 0
        self._turn = asyncio.Lock()
        self._room = asyncio.Event()
        self._arrival = asyncio.Event()
        self._error: BusError | None = None
        self._closed = False

    def wants(self, topic: str) -> bool:
        """Return whether one of the filters matches."""
        return topic in self._topics or any(matches(pattern, topic) for pattern in self._patterns)

    def offer(self, message: Message) -> bool:
        """Return whether the message was dealt with at once, taken or no longer wanted; `False` if there is no room."""
        if self._closed or self._error:
            return True
        full = self._queued_bytes + len(message.payload) > MAX_QUEUED_BYTES and self._queue
        if full or len(self._queue) >= self._capacity:
            return False
        self._queue.append(message)
        self._queued_bytes += len(message.payload)
        self._arrival.set()
        return True

    async def put(self, message: Message) -> None:
        """Take a message as soon as there is room; those who wait are served in order. The caller sets the time-out."""
        async with self._turn:
            while not self.offer(message):
                self._room.clear()
                await self._room.wait()

    def fail(self, error: BusError) -> None:
        """Make every further read raise `error`."""
        self._error = self._error or error
        self._queue.clear()
        self._wake()

    def check(self) -> None:
        """Do nothing if the subscription works, or raise the error it failed with."""
        if self._error:
            raise self._error

    async def receive(self, timeout_s: float) -> Message | None:
        """Return the next message, or `None` if none comes within `timeout_s` seconds or the subscription is closed."""
        try:
            async with asyncio.timeout(timeout_s):
                return await anext(self, None)
        except TimeoutError:
            return None

    async def close(self) -> None:
        """End the subscription; messages not yet read are dropped."""
        if not self._closed:
            self._closed = True
            self._queue.clear()
            self._wake()
            await self._detach(self)

    def __aiter__(self) -> AsyncIterator[Message]:
        return self

    async def __anext__(self) -> Message:
        while not self._queue:
            if self._closed:
                raise StopAsyncIteration
            self.check()
            self._arrival.clear()
            await self._arrival.wait()
        message = self._queue.popleft()
        self._queued_bytes -= len(message.payload)
        self._room.set()
        return message

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _wake(self) -> None:
        self._arrival.set()
        self._room.set()


class Bus(Protocol):
    """A connection to a message bus."""

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Send a message to all who are subscribed, and with `retain` to those who will be, until the next one.

        An empty payload with `retain` removes the message that is kept.

        Raises:
            InvalidTopicError: if the topic is malformed.
            PayloadTooLargeError: if the payload is larger than `MAX_MESSAGE_BYTES`.
            BusError: if the bus did not take the message in time, or is closed.
        """

    async def subscribe(self, *filters: str, capacity: int = DEFAULT_CAPACITY) -> Subscription:
        """Return what is published on topics that match any of `filters` from now on, retained messages first.

        Raises:
            InvalidTopicError: if a filter is malformed.
            BusError: if the bus refuses, or is closed.
        """

    async def aclose(self) -> None:
        """Close the connection; its subscriptions end."""


def check_message(topic: str, payload: bytes) -> None:
    """Do nothing if the message can be published.

    Raises:
        InvalidTopicError: if the topic is malformed.
        PayloadTooLargeError: if the payload is too large.
    """
    check_topic(topic)
    if len(payload) > MAX_MESSAGE_BYTES:
        raise PayloadTooLargeError(topic, len(payload), MAX_MESSAGE_BYTES)


def check_filters(filters: tuple[str, ...]) -> tuple[str, ...]:
    """Return the filters of a subscription without repetitions.

    Raises:
        InvalidTopicError: if one is malformed.
        BusError: if there are none.
    """
    if not filters:
        raise BusError("a subscription needs at least one topic filter")
    return tuple(dict.fromkeys(check_filter(text) for text in filters))
