"""The bus over an MQTT 5 broker. The only module that knows the MQTT library.

The library is used with QoS 1 and a new session for each connection. It acknowledges a message before anyone has read
it, hides the broker's refusals of a publication, lets a call wait on when its connection is gone, and drops what does
not fit a queue. Hence messages are handed to their subscriptions inside its callback, where a full subscription fails
instead of losing one; calls end with their connection; and what must arrive is sent with a receipt
(`intents.bus.receipts`).
"""

import asyncio
import logging
import math
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Final, cast

import aiomqtt
from aiomqtt.types import PahoSocket
from paho.mqtt.client import Client as PahoClient
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from intents.bus.address import Address, parse_address
from intents.bus.bus import Message
from intents.bus.interests import Interests
from intents.bus.reconnecting import Patience, ReconnectingBus
from intents.errors import BrokerUnavailableError, BusError, LinkLostError

RETAINED: Final = ("retained", "1")
"""User property of messages that the broker keeps: it clears the flag on the way to those already subscribed."""

IN_FLIGHT: Final = 100
"""Calls that may wait for the broker's acknowledgement at once; more of them queue here, in order."""

HANG_UP_S: Final = 1.0
"""How long to wait for a broker to take leave."""


class MqttBus(ReconnectingBus):
    """A connection to an MQTT broker: a `Bus`, and a context manager that opens and closes it.

    Args:
        url: `mqtt://host:port` or `mqtt://user:password@host:port`.
        patience: Time-outs and pauses.
        on_change: Called with `False` when the connection is lost and with `True` when it is back.

    Raises:
        BusError: if the URL is malformed.
    """

    def __init__(
        self, url: str, *, patience: Patience | None = None, on_change: Callable[[bool], None] | None = None
    ) -> None:
        address = parse_address(url)
        patience = patience or Patience()
        dial = partial(_dial, address, patience.connect_s)
        super().__init__(str(address), dial, patience=patience, on_change=on_change)


class _MqttLink:
    """One connection of the library: a `Link`."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self._client = client
        self._waits: set[asyncio.Timeout] = set()
        self._lost = False

    async def publish(self, topic: str, payload: bytes, *, retain: bool) -> None:
        """Send a message and wait until the broker has it."""
        properties = _properties(PacketTypes.PUBLISH)
        if retain:
            properties.UserProperty = RETAINED
        async with self._until_lost():
            await self._client.publish(topic, payload, 1, retain, properties, timeout=math.inf)

    async def subscribe(self, pattern: str, number: int) -> None:
        """Ask for what matches a filter."""
        properties = _properties(PacketTypes.SUBSCRIBE)
        properties.SubscriptionIdentifier = number
        async with self._until_lost():
            codes = await self._client.subscribe(pattern, 1, properties=properties, timeout=math.inf)
        refused = [code for code in codes if isinstance(code, ReasonCode) and code.is_failure]
        if refused:
            raise BusError(f"the broker refuses the subscription of {pattern}: {refused[0]}")

    async def unsubscribe(self, patterns: list[str]) -> None:
        """End what `subscribe` began."""
        async with self._until_lost():
            await self._client.unsubscribe(patterns, timeout=math.inf)

    async def wait_lost(self) -> None:
        """Return when the connection is lost."""
        # The inbox stays empty, so the next message is never: what comes is the end of the connection.
        with suppress(aiomqtt.MqttError):
            await anext(self._client.messages)
        self._lost = True
        for wait in self._waits:
            wait.reschedule(asyncio.get_running_loop().time())

    async def close(self) -> None:
        """Hang up."""
        await _hang_up(self._client, HANG_UP_S)

    @asynccontextmanager
    async def _until_lost(self) -> AsyncIterator[None]:
        """Let a call wait no longer than the connection lasts."""
        if self._lost:
            raise LinkLostError("the connection was lost")
        try:
            async with asyncio.timeout(None) as wait:
                self._waits.add(wait)
                try:
                    yield
                finally:
                    self._waits.discard(wait)
        except (aiomqtt.MqttError, TimeoutError) as error:
            raise LinkLostError(str(error)) from None


class _Client(aiomqtt.Client):
    """The library's client, which writes to no socket that was closed in between.

    The library asks the event loop to watch a socket at its next turn. If the connection ends before that, the loop
    complains to the log, or watches the next file with the same number.
    """

    def _on_socket_register_write(self, client: PahoClient, _userdata: object, sock: PahoSocket) -> None:
        loop, descriptor = self._loop, sock.fileno()

        def write() -> None:
            if sock.fileno() != descriptor:
                return
            client.loop_write()
            if client.want_write() and sock.fileno() == descriptor:
                loop.add_writer(descriptor, client.loop_write)

        # While it connects, the library calls from another thread.
        loop.call_soon_threadsafe(write)


class _Inbox(asyncio.Queue[aiomqtt.Message]):
    """What the library believes to be its queue: it passes each message on at once and stays empty."""

    def __init__(self, interests: Interests, maxsize: int = 0) -> None:
        super().__init__(maxsize)
        self._interests = interests

    def put_nowait(self, item: aiomqtt.Message) -> None:
        """Take a message from the library, inside its callback."""
        numbers = getattr(item.properties, "SubscriptionIdentifier", ())
        kept = item.retain or RETAINED in getattr(item.properties, "UserProperty", ())
        message = Message(item.topic.value, bytes(item.payload), retained=item.retain)
        self._interests.dispatch(message, numbers, kept=kept)


async def _dial(address: Address, connect_s: float, interests: Interests) -> _MqttLink:
    client = _client(address, connect_s, interests)
    # The library leaves its socket open when it is cancelled half way, so it is let finish, within `connect_s`.
    entering = asyncio.ensure_future(client.__aenter__())
    try:
        return _MqttLink(await asyncio.shield(entering))
    except asyncio.CancelledError:
        await asyncio.gather(entering, return_exceptions=True)
        await _hang_up(client, HANG_UP_S)
        raise
    except (aiomqtt.MqttError, ValueError) as error:
        # Nobody will answer, but only this closes the socket.
        await _hang_up(client, 0)
        raise BrokerUnavailableError(str(address), str(error)) from None


def _client(address: Address, connect_s: float, interests: Interests) -> aiomqtt.Client:
    # The library warns of every normal burst and reports each outage; the bus tells both itself.
    logger = logging.getLogger(__name__)
    logger.setLevel(logging.CRITICAL)
    return _Client(
        address.host,
        address.port,
        username=address.user,
        password=address.password,
        protocol=aiomqtt.ProtocolVersion.V5,
        clean_start=True,
        timeout=connect_s,
        logger=logger,
        queue_type=cast("type[asyncio.Queue[aiomqtt.Message]]", partial(_Inbox, interests)),
        # Small packets leave at once: an acknowledgement would hold up the next message for 40 ms.
        socket_options=((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),),
        max_inflight_messages=IN_FLIGHT,
        max_concurrent_outgoing_calls=IN_FLIGHT,
    )


async def _hang_up(client: aiomqtt.Client, wait_s: float) -> None:
    client.timeout = wait_s
    with suppress(aiomqtt.MqttError):
        await client.__aexit__(None, None, None)


def _properties(packet: int) -> Properties:
    return Properties(packet)  # type: ignore[no-untyped-call]  # the only untyped call we need
