"""A bus over connections that break, without the library that makes them.

One connection at a time, kept up by one task: when it is lost, the task connects again, with pauses that double up to
a bound, and subscribes to everything again. Publishers wait meanwhile. Each connection begins anew, because an
embedded broker remembers nobody; so what was in flight when a connection ended is not taken for delivered.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self, TypeVar

from intents.bus.bus import DEFAULT_CAPACITY, Subscription, check_filters, check_message
from intents.bus.interests import Interest, Interests
from intents.errors import BrokerUnavailableError, BusError, LinkLostError

_Result = TypeVar("_Result")


class Link(Protocol):
    """One connection, from the broker's welcome to its loss. Every call raises `LinkLostError` when it is lost."""

    async def publish(self, topic: str, payload: bytes, *, retain: bool) -> None:
        """Send a message and wait until the broker has it."""

    async def subscribe(self, pattern: str, number: int) -> None:
        """Ask for what matches a filter, to be delivered with that number.

        Raises:
            BusError: if the broker refuses.
        """

    async def unsubscribe(self, patterns: list[str]) -> None:
        """End what `subscribe` began."""

    async def wait_lost(self) -> None:
        """Return when the connection is lost."""

    async def close(self) -> None:
        """Hang up; soon, and without an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How patient a connection is, in seconds."""

    answer_s: float = 10.0
    """How long a call waits for the broker, an outage included."""

    connect_s: float = 5.0
    """How long one attempt to connect may take."""

    first_pause_s: float = 0.05
    """Pause before the first attempt to connect again; it doubles from one to the next."""

    longest_pause_s: float = 2.0

    def pauses_s(self) -> Iterator[float]:
        """Yield the pauses between attempts to connect again, without end."""
        pause_s = self.first_pause_s
        while True:
            yield pause_s
            pause_s = min(2 * pause_s, self.longest_pause_s)


class ReconnectingBus:
    """A `Bus` that makes its connections with `dial`, and a context manager that opens and closes it.

    Args:
        address: Where the broker is, for messages.
        dial: Makes a connection that delivers to the `Interests` given, or raises `BrokerUnavailableError`.
        patience: Time-outs and pauses.
        on_change: Called with `False` when the connection is lost and with `True` when it is back.
    """

    def __init__(
        self,
        address: str,
        dial: Callable[[Interests], Awaitable[Link]],
        *,
        patience: Patience | None = None,
        on_change: Callable[[bool], None] | None = None,
    ) -> None:
        self._address = address
        self._dial = dial
        self._patience = patience or Patience()
        self._on_change = on_change
        self._interests = Interests()
        self._link: Link | None = None
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._outages = 0
        self._reconnects = 0

    @property
    def is_connected(self) -> bool:
        """Whether the broker can be reached now."""
        return self._link is not None

    @property
    def outages(self) -> int:
        """How often the connection was lost."""
        return self._outages

    @property
    def reconnects(self) -> int:
        """How often it was made again."""
        return self._reconnects

    async def start(self) -> None:
        """Connect; once only.

        Raises:
            BrokerUnavailableError: if no broker answers, or it refuses.
        """
        link = await self._dial(self._interests)
        self._task = asyncio.create_task(self._run(link))
        await self._perform(_nothing)

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Send a message; see `Bus`. During an outage, wait for its end.

        Raises:
            BrokerUnavailableError: if the broker does not acknowledge in time.
        """
        check_message(topic, payload)
        await self._perform(lambda link: link.publish(topic, payload, retain=retain))

    async def subscribe(self, *filters: str, capacity: int = DEFAULT_CAPACITY) -> Subscription:
        """Return a new subscription; see `Bus`. It survives outages, but what is published meanwhile is lost to it.

        Raises:
            BrokerUnavailableError: if the broker does not acknowledge in time.
        """
        subscription = Subscription(check_filters(filters), capacity=capacity, detach=self._detach)
        interests = self._interests.add(subscription)
        try:
            await self._perform(lambda link: _request(link, interests))
            subscription.check()
        except BaseException:
            await subscription.close()
            raise
        return subscription

    async def aclose(self) -> None:
        """Close the connection; see `Bus`."""
        task, self._task = self._task, None
        if task is None:
            return
        task.cancel()
        await asyncio.wait((task,))
        for subscription in self._interests.readers():
            await subscription.close()
        if not task.cancelled():
            task.result()

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _perform(self, action: Callable[[Link], Awaitable[_Result]]) -> _Result:
        """Return what `action` returns on the first connection that lasts long enough for it."""
        lost = None
        try:
            async with asyncio.timeout(self._patience.answer_s):
                while True:
                    link = await self._link_after(lost)
                    try:
                        return await action(link)
                    except LinkLostError:
                        lost = link
        except TimeoutError:
            raise BrokerUnavailableError(self._address, f"no answer in {self._patience.answer_s:g} s") from None

    async def _link_after(self, lost: Link | None) -> Link:
        while self._link is None or self._link is lost:
            if self._task is None or self._task.done():
                raise BusError("the bus is closed")
            self._changed.clear()
            await self._changed.wait()
        return self._link

    async def _detach(self, subscription: Subscription) -> None:
        orphans = [interest.pattern for interest in self._interests.remove(subscription)]
        if self._link and orphans:
            # If the broker does not hear it, it sends what nobody reads, until the next connection.
            with suppress(LinkLostError, TimeoutError):
                async with asyncio.timeout(self._patience.answer_s):
                    await self._link.unsubscribe(orphans)

    async def _run(self, link: Link) -> None:
        try:
            while True:
                await self._serve(link)
                link = await self._connect_again()
        finally:
            # After a bug in this task, too: nobody may wait for messages that will never come.
            self._interests.fail(BusError("the bus is closed"))
            self._changed.set()

    async def _serve(self, link: Link) -> None:
        """Keep a connection until it is lost."""
        try:
            async with asyncio.TaskGroup() as group:
                introduction = group.create_task(self._introduce(link))
                await link.wait_lost()
                introduction.cancel()
        finally:
            self._link = None
            self._interests.forget_retained()
            await link.close()
        self._outages += 1
        self._tell(connected=False)

    async def _introduce(self, link: Link) -> None:
        with suppress(LinkLostError):
            await _request(link, self._interests)
            self._link = link
            self._changed.set()
            if self._outages:
                self._reconnects += 1
                self._tell(connected=True)

    async def _connect_again(self) -> Link:
        for pause_s in self._patience.pauses_s():
            await asyncio.sleep(pause_s)
            with suppress(BrokerUnavailableError):
                return await self._dial(self._interests)
        raise AssertionError("pauses do not end")

    def _tell(self, *, connected: bool) -> None:
        if self._on_change:
            self._on_change(connected)


async def _nothing(_: Link) -> None:
    """Do nothing, once there is a connection."""


async def _request(link: Link, interests: Iterable[Interest]) -> None:
    """Subscribe to what the broker does not yet know on this connection; subscriptions that it refuses fail."""
    due = [interest for interest in interests if interest.granted_by is not link]
    answers = await asyncio.gather(*(_request_one(link, interest) for interest in due), return_exceptions=True)
    for answer in answers:
        if answer is not None:
            raise answer


async def _request_one(link: Link, interest: Interest) -> None:
    try:
        await link.subscribe(interest.pattern, interest.number)
    except LinkLostError:
        raise
    except BusError as refusal:
        for reader in interest.readers:
            reader.fail(refusal)
    else:
        interest.granted_by = link
