"""How subscriptions and buses end, on the memory bus and over MQTT."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from intents.bus.bus import Bus, Message, Subscription
from intents.bus.topics import Topics
from intents.errors import BusError

Connect = Callable[[], Awaitable[Bus]]

SOON_S = 60.0


async def next_of(subscription: Subscription) -> Message:
    message = await subscription.receive(SOON_S)
    assert message is not None, "no message came"
    return message


async def test_closed_subscription_ends_its_iteration(connect: Connect, topics: Topics) -> None:
    bus = await connect()
    async with await bus.subscribe(topics.announce) as subscription:
        await bus.publish(topics.announce, b"one")
        await next_of(subscription)

    assert [message async for message in subscription] == []
    assert await subscription.receive(SOON_S) is None


async def test_closing_a_subscription_wakes_its_reader(connect: Connect, topics: Topics) -> None:
    bus = await connect()
    subscription = await bus.subscribe(topics.announce)

    async with asyncio.timeout(SOON_S), asyncio.TaskGroup() as group:
        reading = group.create_task(anext(subscription, None))
        await asyncio.sleep(0)
        await subscription.close()

    assert reading.result() is None


async def test_closing_one_subscription_leaves_another_of_the_same_filter(connect: Connect, topics: Topics) -> None:
    bus = await connect()
    gone, staying = await bus.subscribe(topics.announce), await bus.subscribe(topics.announce)

    await gone.close()
    await bus.publish(topics.announce, b"still here")

    assert (await next_of(staying)).payload == b"still here"


async def test_filter_can_be_subscribed_again_after_it_was_closed(connect: Connect, topics: Topics) -> None:
    bus = await connect()
    for payload in (b"first", b"second"):
        async with await bus.subscribe(topics.announce) as subscription:
            await bus.publish(topics.announce, payload)
            assert (await next_of(subscription)).payload == payload


async def test_closing_a_bus_ends_its_subscriptions(connect: Connect, topics: Topics) -> None:
    bus = await connect()
    subscription = await bus.subscribe(topics.announce)

    await bus.aclose()

    assert [message async for message in subscription] == []


async def test_closed_bus_refuses_to_publish_and_to_subscribe(connect: Connect, topics: Topics) -> None:
    bus = await connect()
    await bus.aclose()

    with pytest.raises(BusError, match="the bus is closed"):
        await bus.publish(topics.announce, b"")
    with pytest.raises(BusError, match="the bus is closed"):
        await bus.subscribe(topics.announce)


async def test_bus_can_be_closed_twice(connect: Connect, topics: Topics) -> None:
    bus = await connect()
    subscription = await bus.subscribe(topics.announce)

    await bus.aclose()
    await bus.aclose()

    assert await subscription.receive(SOON_S) is None
