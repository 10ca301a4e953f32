"""The logic of reconnecting, on connections that the tests make and break."""

import asyncio
from itertools import islice

import pytest

from intents.bus.bus import Message
from intents.bus.interests import Interests
from intents.bus.reconnecting import Patience, ReconnectingBus
from intents.errors import BrokerUnavailableError, BusError, LinkLostError

SOON_S = 60.0
QUICK = Patience(answer_s=SOON_S, first_pause_s=0.001, longest_pause_s=0.001)


class StubLink:
    """A connection that writes down what it is asked, and refuses filters that begin with `forbidden`."""

    def __init__(self, interests: Interests) -> None:
        self.interests = interests
        self.asked: list[tuple[str, int]] = []
        self.sent: list[tuple[str, bytes, bool]] = []
        self.dropped: list[str] = []
        self.lost = asyncio.Event()
        self.answering = True

    async def publish(self, topic: str, payload: bytes, *, retain: bool) -> None:
        if not self.answering:
            await self.lost.wait()
        if self.lost.is_set():
            raise LinkLostError
        self.sent.append((topic, payload, retain))

    async def subscribe(self, pattern: str, number: int) -> None:
        if self.lost.is_set():
            raise LinkLostError
        if pattern.startswith("forbidden"):
            raise BusError(f"refused {pattern}")
        self.asked.append((pattern, number))

    async def unsubscribe(self, patterns: list[str]) -> None:
        self.dropped += patterns

    async def wait_lost(self) -> None:
        await self.lost.wait()

    async def close(self) -> None:
        self.lost.set()


class Exchange:
    """Makes connections, and fails to make the ones that it is told to."""

    def __init__(self, *, failures: int = 0) -> None:
        self.links: list[StubLink] = []
        self.failures = failures

    async def dial(self, interests: Interests) -> StubLink:
        if self.failures and self.links:
            self.failures -= 1
            raise BrokerUnavailableError("mqtt://stub:1", "engaged")
        self.links.append(StubLink(interests))
        return self.links[-1]

    async def break_line(self, bus: ReconnectingBus) -> None:
        """Break the connection and wait for the next one."""
        before = bus.reconnects
        self.links[-1].lost.set()
        async with asyncio.timeout(SOON_S):
            while bus.reconnects == before:  # noqa: ASYNC110  the bus tells only its owner's callback
                await asyncio.sleep(0)


def open_bus(exchange: Exchange, **settings: object) -> ReconnectingBus:
    return ReconnectingBus("mqtt://stub:1", exchange.dial, **({"patience": QUICK} | settings))  # type: ignore[arg-type]


def test_pauses_double_up_to_the_longest() -> None:
    patience = Patience(first_pause_s=0.5, longest_pause_s=3.0)

    assert list(islice(patience.pauses_s(), 5)) == [0.5, 1.0, 2.0, 3.0, 3.0]


async def test_every_filter_is_asked_for_once_and_with_a_number_of_its_own() -> None:
    exchange = Exchange()
    async with open_bus(exchange) as bus:
        await bus.subscribe("a", "b/+")
        await bus.subscribe("a")

    assert exchange.links[0].asked == [("a", 1), ("b/+", 2)]


async def test_new_connection_is_asked_for_every_filter_again() -> None:
    exchange = Exchange()
    async with open_bus(exchange) as bus:
        await bus.subscribe("a", "b")
        await (await bus.subscribe("closed")).close()

        await exchange.break_line(bus)

    assert exchange.links[0].dropped == ["closed"]
    assert exchange.links[1].asked == [("a", 1), ("b", 2)]


async def test_connecting_is_tried_until_it_succeeds() -> None:
    exchange = Exchange(failures=7)
    async with open_bus(exchange) as bus:
        await exchange.break_line(bus)

        assert (exchange.failures, bus.outages, bus.reconnects, bus.is_connected) == (0, 1, 1, True)


async def test_message_that_was_in_flight_is_sent_again_on_the_next_connection() -> None:
    exchange = Exchange()
    async with open_bus(exchange) as bus, asyncio.timeout(SOON_S), asyncio.TaskGroup() as group:
        exchange.links[0].answering = False
        group.create_task(bus.publish("a", b"important", retain=True))
        await asyncio.sleep(0)

        await exchange.break_line(bus)

    assert [link.sent for link in exchange.links] == [[], [("a", b"important", True)]]


async def test_publisher_that_notices_the_loss_first_waits_for_the_next_connection() -> None:
    exchange = Exchange()
    async with open_bus(exchange) as bus:
        exchange.links[0].lost.set()

        await bus.publish("a", b"important")

    assert [link.sent for link in exchange.links] == [[], [("a", b"important", False)]]


async def test_message_that_nobody_acknowledges_ends_in_an_error() -> None:
    exchange = Exchange()
    async with open_bus(exchange, patience=Patience(answer_s=0.01)) as bus:
        exchange.links[0].answering = False

        with pytest.raises(BrokerUnavailableError, match=r"no MQTT broker at mqtt://stub:1: no answer in 0.01 s"):
            await bus.publish("a", b"")


async def test_refused_subscription_is_an_error_and_leaves_the_bus_working() -> None:
    exchange = Exchange()
    async with open_bus(exchange) as bus:
        with pytest.raises(BusError, match="refused forbidden/a"):
            await bus.subscribe("forbidden/a", "b")
        await bus.subscribe("c")

        await exchange.break_line(bus)

    assert [pattern for pattern, _ in exchange.links[1].asked] == ["c"]


async def test_subscription_refused_on_a_new_connection_fails_and_the_others_go_on() -> None:
    exchange = Exchange()
    async with open_bus(exchange) as bus:
        failing, going_on = await bus.subscribe("forbidding"), await bus.subscribe("a")
        failing_interest = next(iter(exchange.links[0].interests))
        failing_interest.pattern = "forbidden"

        await exchange.break_line(bus)
        exchange.links[1].interests.dispatch(Message("a", b"hello"), [2], kept=False)

        assert (await anext(going_on)).payload == b"hello"
        with pytest.raises(BusError, match="refused forbidden"):
            await anext(failing)


async def test_changes_are_told_but_not_the_first_connection_nor_the_farewell() -> None:
    exchange = Exchange()
    changes: list[bool] = []
    async with open_bus(exchange, on_change=changes.append) as bus:
        assert changes == []

        await exchange.break_line(bus)

    assert changes == [False, True]


async def test_bug_in_the_callback_is_not_swallowed_and_nobody_is_left_waiting() -> None:
    exchange = Exchange()
    bus = open_bus(exchange, on_change=[].pop)
    await bus.start()
    subscription = await bus.subscribe("a")
    exchange.links[0].lost.set()

    with pytest.raises(BusError, match="the bus is closed"):
        async with asyncio.timeout(SOON_S):
            await anext(subscription)
    with pytest.raises(BusError, match="the bus is closed"):
        await bus.publish("a", b"")
    with pytest.raises(IndexError):
        await bus.aclose()


async def test_publisher_that_waits_for_a_connection_is_told_when_the_bus_is_closed() -> None:
    exchange = Exchange(failures=10**9)
    bus = open_bus(exchange)
    await bus.start()
    exchange.links[0].lost.set()

    async with asyncio.timeout(SOON_S):
        publishing = asyncio.ensure_future(bus.publish("a", b""))
        await asyncio.sleep(0.01)
        await bus.aclose()
        with pytest.raises(BusError, match="the bus is closed"):
            await publishing
