import asyncio

import pytest

from intents.bus.memory import MemoryBroker, MemoryBus
from intents.errors import SlowSubscriberError

SOON_S = 60.0


async def test_publisher_waits_for_a_full_queue_until_it_is_read() -> None:
    bus = MemoryBus(MemoryBroker())
    subscription = await bus.subscribe("a", capacity=1)
    await bus.publish("a", b"one")

    async with asyncio.timeout(SOON_S), asyncio.TaskGroup() as group:
        publishing = group.create_task(bus.publish("a", b"two"))
        await asyncio.sleep(0.01)
        was_waiting = not publishing.done()
        received = [(await anext(subscription)).payload for _ in range(2)]

    assert was_waiting
    assert received == [b"one", b"two"]


async def test_publishers_that_wait_are_served_in_the_order_they_came() -> None:
    bus = MemoryBus(MemoryBroker())
    subscription = await bus.subscribe("a", capacity=2)

    async with asyncio.timeout(SOON_S), asyncio.TaskGroup() as group:
        for i in range(50):
            group.create_task(bus.publish("a", b"%d" % i))
        received = [(await anext(subscription)).payload for _ in range(50)]

    assert received == [b"%d" % i for i in range(50)]


async def test_publisher_that_comes_later_does_not_overtake_one_that_waits() -> None:
    bus = MemoryBus(MemoryBroker())
    subscription = await bus.subscribe("a", capacity=1)
    await bus.publish("a", b"one")

    async def read_two() -> list[bytes]:
        return [(await anext(subscription)).payload for _ in range(2)]

    async with asyncio.timeout(SOON_S), asyncio.TaskGroup() as group:
        group.create_task(bus.publish("a", b"two"))
        await asyncio.sleep(0.01)
        await anext(subscription)
        reading = group.create_task(read_two())
        await bus.publish("a", b"three")

    assert reading.result() == [b"two", b"three"]


async def test_subscriber_that_stays_slow_is_named_by_its_filter() -> None:
    bus = MemoryBus(MemoryBroker(patience_s=0.01))
    await bus.subscribe("a/+", capacity=1)
    await bus.publish("a/b", b"one")

    with pytest.raises(SlowSubscriberError, match=r"the subscriber of a/\+ is too slow: no room .* in 0.01 s") as slow:
        await bus.publish("a/b", b"two")

    assert slow.value.filters == ("a/+",)


async def test_slow_subscriber_does_not_keep_the_message_from_others() -> None:
    bus = MemoryBus(MemoryBroker(patience_s=0.01))
    await bus.subscribe("a", capacity=1)
    fast = await bus.subscribe("a")
    await bus.publish("a", b"one")

    with pytest.raises(SlowSubscriberError):
        await bus.publish("a", b"two")

    assert [(await anext(fast)).payload for _ in range(2)] == [b"one", b"two"]


async def test_closing_a_full_subscription_lets_its_publisher_go() -> None:
    bus = MemoryBus(MemoryBroker())
    subscription = await bus.subscribe("a", capacity=1)
    await bus.publish("a", b"one")

    async with asyncio.timeout(SOON_S), asyncio.TaskGroup() as group:
        publishing = group.create_task(bus.publish("a", b"two"))
        await asyncio.sleep(0.01)
        await subscription.close()

    assert publishing.exception() is None


async def test_subscription_too_small_for_what_is_retained_is_refused() -> None:
    bus = MemoryBus(MemoryBroker())
    for topic in ("a/1", "a/2"):
        await bus.publish(topic, b"state", retain=True)

    with pytest.raises(SlowSubscriberError, match="more messages are retained"):
        await bus.subscribe("a/+", capacity=1)


async def test_brokers_in_one_process_are_apart() -> None:
    one, other = MemoryBus(MemoryBroker()), MemoryBus(MemoryBroker())
    await other.publish("a", b"other", retain=True)

    subscription = await one.subscribe("a")
    await one.publish("a", b"one")

    assert (await anext(subscription)).payload == b"one"


async def test_reader_gets_its_turn_while_messages_are_published() -> None:
    bus = MemoryBus(MemoryBroker())
    seen: list[bytes] = []
    async with bus, asyncio.TaskGroup() as group:
        subscription = await bus.subscribe("a", capacity=2)

        async def read() -> None:
            seen.extend([message.payload async for message in subscription])

        group.create_task(read())
        for i in range(10):
            await bus.publish("a", b"%d" % i)
        await asyncio.sleep(0)
        await bus.aclose()

    assert seen == [b"%d" % i for i in range(10)]
