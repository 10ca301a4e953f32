import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from intents.bus import broker as broker_module
from intents.bus.broker import EmbeddedBroker
from intents.bus.mqtt import MqttBus
from intents.bus.reconnecting import Patience
from intents.bus.topics import Topics
from intents.errors import BrokerUnavailableError, BusError, SlowSubscriberError

Eventually = Callable[[Callable[[], object]], Awaitable[None]]

SOON_S = 60.0
AUTH = '\n[v5.1.connections.auth]\nann = "p@ss"\n'


@pytest.fixture
async def own_broker() -> AsyncIterator[EmbeddedBroker]:
    async with EmbeddedBroker() as broker:
        yield broker


@asynccontextmanager
async def silent_server(ended: asyncio.Event) -> AsyncIterator[int]:
    """Run a server that accepts connections, says nothing, and sets `ended` when a client hangs up; yield its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        ended.set()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield int(server.sockets[0].getsockname()[1])


async def test_broker_that_is_not_there_is_reported_in_one_line() -> None:
    with pytest.raises(BrokerUnavailableError) as refusal:
        async with MqttBus("mqtt://ann:s3cret@127.0.0.1:9"):
            pytest.fail("connected to nobody")

    assert str(refusal.value).startswith("no MQTT broker at mqtt://127.0.0.1:9: ")
    assert refusal.value.url == "mqtt://127.0.0.1:9"
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize("host", ["no-such-host.invalid", "x" * 64 + ".invalid"])
async def test_host_that_does_not_exist_is_reported_as_a_missing_broker(host: str) -> None:
    with pytest.raises(BrokerUnavailableError):
        async with MqttBus(f"mqtt://{host}:1883"):
            pytest.fail("connected to nobody")


async def test_malformed_url_is_refused_at_once() -> None:
    with pytest.raises(BusError, match="write mqtt://host:port"):
        MqttBus("localhost:1883")


async def test_server_that_says_nothing_is_given_up_and_its_connection_closed() -> None:
    ended = asyncio.Event()
    async with silent_server(ended) as port:
        with pytest.raises(BrokerUnavailableError, match="timed out"):
            await MqttBus(f"mqtt://127.0.0.1:{port}", patience=Patience(connect_s=0.1)).start()

        async with asyncio.timeout(SOON_S):
            await ended.wait()


async def test_cancelled_attempt_to_connect_closes_its_connection() -> None:
    ended = asyncio.Event()
    async with silent_server(ended) as port:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await MqttBus(f"mqtt://127.0.0.1:{port}", patience=Patience(connect_s=0.2)).start()

        async with asyncio.timeout(SOON_S):
            await ended.wait()


async def test_broker_wants_the_right_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker_module, "_CONFIG", broker_module._CONFIG + AUTH)
    async with EmbeddedBroker() as broker:
        place = broker.url.removeprefix("mqtt://")

        async with MqttBus(f"mqtt://ann:p%40ss@{place}") as bus:
            await bus.publish("a", b"")
        with pytest.raises(BrokerUnavailableError):
            await MqttBus(f"mqtt://ann:wrong@{place}", patience=Patience(connect_s=1)).start()


async def test_subscriptions_live_on_after_the_broker_was_restarted(
    own_broker: EmbeddedBroker, eventually: Eventually
) -> None:
    changes: list[bool] = []
    async with MqttBus(own_broker.url, on_change=changes.append) as bus:
        exact, wild = await bus.subscribe("a/b"), await bus.subscribe("a/+")

        await own_broker.restart()
        await eventually(lambda: bus.reconnects)
        await bus.publish("a/b", b"after")

        received = [await exact.receive(SOON_S), await wild.receive(SOON_S)]
        assert [message and message.payload for message in received] == [b"after", b"after"]
        assert (bus.outages, bus.reconnects, bus.is_connected, changes) == (1, 1, True, [False, True])


async def test_publisher_waits_for_the_end_of_an_outage(own_broker: EmbeddedBroker) -> None:
    async with MqttBus(own_broker.url) as bus:
        await own_broker.stop()

        async with asyncio.timeout(SOON_S), asyncio.TaskGroup() as group:
            publishing = group.create_task(bus.publish("a", b"state", retain=True))
            await asyncio.sleep(0.1)
            was_waiting = not publishing.done()
            await own_broker.restart()

        message = await (await bus.subscribe("a")).receive(SOON_S)
        assert was_waiting
        assert message
        assert message.payload == b"state"


async def test_message_that_was_in_flight_when_the_broker_died_is_sent_again(own_broker: EmbeddedBroker) -> None:
    async with MqttBus(own_broker.url, patience=Patience(answer_s=SOON_S)) as bus:
        assert own_broker.pid is not None
        os.kill(own_broker.pid, signal.SIGSTOP)

        async with asyncio.timeout(SOON_S / 2), asyncio.TaskGroup() as group:
            group.create_task(bus.publish("a", b"state", retain=True))
            await asyncio.sleep(0.05)
            await own_broker.restart()

        message = await (await bus.subscribe("a")).receive(SOON_S)
        assert message
        assert message.payload == b"state"


async def test_publisher_gives_up_when_an_outage_lasts_too_long(own_broker: EmbeddedBroker) -> None:
    async with MqttBus(own_broker.url, patience=Patience(answer_s=0.2)) as bus:
        await own_broker.stop()

        with pytest.raises(BrokerUnavailableError, match=r"no answer in 0\.2 s; start one there"):
            await bus.publish("a", b"")

        assert (bus.outages, bus.reconnects, bus.is_connected) == (1, 0, False)


async def test_bus_can_be_closed_during_an_outage(own_broker: EmbeddedBroker) -> None:
    async with MqttBus(own_broker.url) as bus:
        subscription = await bus.subscribe("a")
        await own_broker.stop()

    assert [message async for message in subscription] == []


async def test_subscription_that_overflows_fails_loudly(broker_url: str, topics: Topics) -> None:
    async with MqttBus(broker_url) as bus:
        slow, fast = await bus.subscribe(topics.announce, capacity=2), await bus.subscribe(topics.announce)

        for i in range(3):
            await bus.publish(topics.announce, b"%d" % i)
        received = [await fast.receive(SOON_S) for _ in range(3)]

        assert [message and message.payload for message in received] == [b"0", b"1", b"2"]
        with pytest.raises(SlowSubscriberError, match="its queue is full") as overflow:
            await anext(slow)
        assert overflow.value.filters == (topics.announce,)


async def test_failed_subscription_can_be_replaced(broker_url: str, topics: Topics) -> None:
    async with MqttBus(broker_url) as bus:
        async with await bus.subscribe(topics.announce, capacity=1) as slow:
            fast = await bus.subscribe(topics.announce)
            for _ in range(2):
                await bus.publish(topics.announce, b"too much")
                await fast.receive(SOON_S)
            with pytest.raises(SlowSubscriberError):
                await slow.receive(SOON_S)

        again = await bus.subscribe(topics.announce)
        await bus.publish(topics.announce, b"fresh")

        message = await again.receive(SOON_S)
        assert message
        assert message.payload == b"fresh"


async def test_neither_bursts_nor_outages_are_logged(
    own_broker: EmbeddedBroker, caplog: pytest.LogCaptureFixture, eventually: Eventually
) -> None:
    with caplog.at_level(logging.INFO):
        async with MqttBus(own_broker.url) as bus:
            await asyncio.gather(*(bus.publish("a", b"%d" % i) for i in range(200)))
            await own_broker.restart()
            await eventually(lambda: bus.reconnects)

    assert [record.getMessage() for record in caplog.records] == []
