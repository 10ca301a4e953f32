"""A bus inside one process, with the rules of MQTT and none of its cost.

Where a broker would drop what a slow subscriber does not fetch, this one makes the publisher wait.
"""

import asyncio
from types import TracebackType
from typing import Final, Self

from intents.bus.bus import DEFAULT_CAPACITY, Message, Subscription, check_filters, check_message
from intents.errors import BusError, SlowSubscriberError

PATIENCE_S: Final = 10.0
"""How long a publisher waits for slow subscribers, in seconds."""


class MemoryBroker:
    """What connects the memory buses of one process, and keeps retained messages."""

    def __init__(self, *, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._retained: dict[str, Message] = {}
        self._subscriptions: dict[Subscription, None] = {}

    async def publish(self, message: Message, *, retain: bool) -> None:
        """Hand a message to every subscriber, waiting for those whose queue is full.

        Raises:
            SlowSubscriberError: if one makes no room in time; all others have the message.
        """
        if retain:
            self._keep(message)
        deadline = asyncio.get_running_loop().time() + self._patience_s
        slow = None
        for subscription in tuple(self._subscriptions):
            if not subscription.wants(message.topic):
                continue
            try:
                async with asyncio.timeout_at(deadline):
                    await subscription.put(message)
            except TimeoutError:
                slow = slow or subscription
        if slow:
            why = f"no room for a message on {message.topic} in {self._patience_s:g} s"
            raise SlowSubscriberError(slow.filters, why)

    def attach(self, subscription: Subscription) -> None:
        """Begin to deliver to a subscription, retained messages first.

        Raises:
            SlowSubscriberError: if its queue is too small for them.
        """
        for topic in sorted(self._retained):
            if subscription.wants(topic) and not subscription.offer(self._retained[topic]):
                raise SlowSubscriberError(subscription.filters, "more messages are retained than its queue holds")
        self._subscriptions[subscription] = None

    def detach(self, subscription: Subscription) -> None:
        """Stop delivering to a subscription."""
        self._subscriptions.pop(subscription, None)

    def _keep(self, message: Message) -> None:
        if message.payload:
            self._retained[message.topic] = Message(message.topic, message.payload, retained=True)
        else:
            self._retained.pop(message.topic, None)


class MemoryBus:
    """A connection to a `MemoryBroker`: a `Bus`, and a context manager that closes it."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker
        self._subscriptions: dict[Subscription, None] = {}
        self._closed = False

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Send a message; see `Bus`."""
        self._check_open()
        check_message(topic, payload)
        await self._broker.publish(Message(topic, payload), retain=retain)
        # Readers get their turn, as they would while a network carries the message.
        await asyncio.sleep(0)

    async def subscribe(self, *filters: str, capacity: int = DEFAULT_CAPACITY) -> Subscription:
        """Return a new subscription; see `Bus`."""
        self._check_open()
        subscription = Subscription(check_filters(filters), capacity=capacity, detach=self._detach)
        self._broker.attach(subscription)
        self._subscriptions[subscription] = None
        return subscription

    async def aclose(self) -> None:
        """Close the connection; see `Bus`."""
        self._closed = True
        for subscription in tuple(self._subscriptions):
            await subscription.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _detach(self, subscription: Subscription) -> None:
        self._broker.detach(subscription)
        self._subscriptions.pop(subscription, None)

    def _check_open(self) -> None:
        if self._closed:
            raise BusError("the bus is closed")
