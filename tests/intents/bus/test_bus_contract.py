"""What every bus promises, checked on the memory bus and over MQTT."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from intents.bus.bus import MAX_MESSAGE_BYTES, MAX_QUEUED_BYTES, Bus, Message, Subscription
from intents.bus.topics import Topics
from intents.errors import BusError, InvalidTopicError, PayloadTooLargeError

Connect = Callable[[], Awaitable[Bus]]

SOON_S = 60.0
END = b"end"


async def next_of(subscription: Subscription) -> Message:
    message = await subscription.receive(SOON_S)
    assert message is not None, "no message came"
    return message


async def payloads_until_end(subscription: Subscription) -> list[bytes]:
    """Return what arrives before a message that the test sent last on the same topics."""
    payloads = []
    while (message := await next_of(subscription)).payload != END:
        payloads.append(message.payload)
    return payloads


async def test_message_reaches_a_subscriber_on_another_connection(connect: Connect, topics: Topics) -> None:
    reader, writer = await connect(), await connect()
    subscription = await reader.subscribe(topics.announce)

    await writer.publish(topics.announce, b"\x00\xff")

    assert await next_of(subscription) == Message(topics.announce, b"\x00\xff", retained=False)


async def test_message_reaches_every_subscriber(connect: Connect, topics: Topics) -> None:
    bus, other = await connect(), await connect()
    subscriptions = [await one.subscribe(topics.announce) for one in (bus, bus, other)]

    await bus.publish(topics.announce, b"hello")

    assert [(await next_of(one)).payload for one in subscriptions] == [b"hello"] * 3


async def test_message_does_not_reach_other_topics(connect: Connect, topics: Topics) -> None:
    bus = await connect()
    subscription = await bus.subscribe(topics.receipts("bob"))

    await bus.publish(topics.receipts("alice"), b"for alice")
    await bus.publish(topics.receipts("bob"), END)

    assert await payloads_until_end(subscription) == []


async def test_wildcards_bring_the_topics_they_cover(connect: Connect, topics: Topics) -> None:
    bus = await connect()
    bids, everything = await bus.subscribe(topics.all_bids), await bus.subscribe(f"{topics.prefix}/#")

    for topic in (topics.bids("a"), topics.awards("a"), topics.bids("b")):
        await bus.publish(topic, topic.encode())

    assert [topics.solver_in((await next_of(bids)).topic) for _ in range(2)] == ["a", "b"]
    assert [(await next_of(everything)).topic for _ in range(3)] == [
        topics.bids("a"),
        topics.awards("a"),
        topics.bids("b"),
    ]


async def test_overlapping_subscriptions_of_one_connection_get_each_message_once(
    connect: Connect, topics: Topics
) -> None:
    bus = await connect()
    exact, wild = await bus.subscribe(topics.bids("a")), await bus.subscribe(topics.all_bids)

    await bus.publish(topics.bids("a"), b"bid")
    await bus.publish(topics.bids("a"), END)

    assert await payloads_until_end(exact) == [b"bid"]
    assert await payloads_until_end(wild) == [b"bid"]


async def test_one_subscription_may_have_several_filters(connect: Connect, topics: Topics) -> None:
    bus = await connect()
    subscription = await bus.subscribe(topics.all_submissions, topics.all_cancellations, topics.all_submissions)

    await bus.publish(topics.submit("a"), b"one")
    await bus.publish(topics.cancel("a"), b"two")
    await bus.publish(topics.cancel("a"), END)

    assert sorted(await payloads_until_end(subscription)) == [b"one", b"two"]


async def test_messages_of_one_publisher_arrive_in_order(connect: Connect, topics: Topics) -> None:
    reader, writer = await connect(), await connect()
    subscription = await reader.subscribe(topics.announce)

    sent = [b"%d" % i for i in range(300)]
    for payload in [*sent, END]:
        await writer.publish(topics.announce, payload)

    assert await payloads_until_end(subscription) == sent


async def test_messages_published_at_the_same_time_all_arrive(connect: Connect, topics: Topics) -> None:
    reader, writer = await connect(), await connect()
    subscription = await reader.subscribe(topics.announce)

    await asyncio.gather(*(writer.publish(topics.announce, b"%d" % i) for i in range(500)))

    received = {(await next_of(subscription)).payload for _ in range(500)}
    assert received == {b"%d" % i for i in range(500)}


async def test_retained_message_greets_a_late_subscriber_and_is_marked(connect: Connect, topics: Topics) -> None:
    writer, reader = await connect(), await connect()
    await writer.publish(topics.announce, b"old", retain=True)
    await writer.publish(topics.announce, b"new", retain=True)

    subscription = await reader.subscribe(topics.announce)

    assert await next_of(subscription) == Message(topics.announce, b"new", retained=True)


async def test_retained_message_is_not_marked_for_those_already_subscribed(connect: Connect, topics: Topics) -> None:
    bus = await connect()
    subscription = await bus.subscribe(topics.announce)

    await bus.publish(topics.announce, b"now", retain=True)

    assert await next_of(subscription) == Message(topics.announce, b"now", retained=False)


async def test_retained_message_greets_the_second_subscriber_of_a_connection_as_well(
    connect: Connect, topics: Topics
) -> None:
    bus = await connect()
    first = await bus.subscribe(topics.announce)
    await bus.publish(topics.announce, b"state", retain=True)
    await next_of(first)

    second = await bus.subscribe(topics.announce)

    assert await next_of(second) == Message(topics.announce, b"state", retained=True)


async def test_message_that_is_not_retained_does_not_replace_the_one_that_is(connect: Connect, topics: Topics) -> None:
    bus = await connect()
    first = await bus.subscribe(topics.announce)
    await bus.publish(topics.announce, b"state", retain=True)
    await bus.publish(topics.announce, b"passing")
    await next_of(first)
    await next_of(first)

    second = await bus.subscribe(topics.announce)

    assert (await next_of(second)).payload == b"state"


async def test_empty_retained_message_clears_what_was_kept(connect: Connect, topics: Topics) -> None:
    bus = await connect()
    first = await bus.subscribe(topics.announce)
    await bus.publish(topics.announce, b"state", retain=True)
    await bus.publish(topics.announce, b"", retain=True)
    await next_of(first)
    await next_of(first)

    second = await bus.subscribe(topics.announce)
    await bus.publish(topics.announce, END)

    assert await payloads_until_end(second) == []


async def test_message_that_is_not_retained_is_gone_for_late_subscribers(connect: Connect, topics: Topics) -> None:
    bus = await connect()
    await bus.publish(topics.announce, b"gone")

    subscription = await bus.subscribe(topics.announce)
    await bus.publish(topics.announce, END)

    assert await payloads_until_end(subscription) == []


async def test_empty_message_arrives(connect: Connect, topics: Topics) -> None:
    bus = await connect()
    subscription = await bus.subscribe(topics.announce)

    await bus.publish(topics.announce, b"")

    assert (await next_of(subscription)).payload == b""


async def test_payload_of_the_largest_size_arrives_whole(connect: Connect, topics: Topics) -> None:
    bus = await connect()
    subscription = await bus.subscribe(topics.announce)
    payload = bytes(range(256)) * (MAX_MESSAGE_BYTES // 256)

    await bus.publish(topics.announce, payload)

    assert (await next_of(subscription)).payload == payload


async def test_larger_payload_is_refused_in_one_line_and_the_bus_goes_on(connect: Connect, topics: Topics) -> None:
    bus = await connect()
    subscription = await bus.subscribe(topics.announce)

    with pytest.raises(PayloadTooLargeError, match=r"^4194305 bytes for .* more than the 4194304 bytes .*; split it$"):
        await bus.publish(topics.announce, b"x" * (MAX_MESSAGE_BYTES + 1))

    await bus.publish(topics.announce, END)
    assert await payloads_until_end(subscription) == []


@pytest.mark.parametrize("topic", ["", "a/+", "a/#", "a\0"])
async def test_publishing_to_what_is_no_topic_is_refused(connect: Connect, topic: str) -> None:
    bus = await connect()

    with pytest.raises(InvalidTopicError):
        await bus.publish(topic, b"")


@pytest.mark.parametrize("pattern", ["", "a/#/b", "a+"])
async def test_subscribing_to_what_is_no_filter_is_refused(connect: Connect, topics: Topics, pattern: str) -> None:
    bus = await connect()

    with pytest.raises(InvalidTopicError):
        await bus.subscribe(topics.announce, pattern)


async def test_subscribing_to_nothing_is_refused(connect: Connect) -> None:
    bus = await connect()

    with pytest.raises(BusError, match="at least one topic filter"):
        await bus.subscribe()


async def test_receive_gives_up_after_its_time(connect: Connect, topics: Topics) -> None:
    bus = await connect()
    subscription = await bus.subscribe(topics.announce)

    assert await subscription.receive(0.01) is None


async def test_giving_up_loses_no_message(connect: Connect, topics: Topics) -> None:
    bus = await connect()
    subscription = await bus.subscribe(topics.announce)
    received: list[bytes] = []

    async with asyncio.timeout(SOON_S), asyncio.TaskGroup() as group:
        group.create_task(_publish_all(bus, topics.announce, 200))
        while len(received) < 200:
            message = await subscription.receive(0.0005)
            if message:
                received.append(message.payload)

    assert received == [b"%d" % i for i in range(200)]


async def test_queue_is_bounded_in_bytes_too(connect: Connect, topics: Topics) -> None:
    bus = await connect()
    subscription = await bus.subscribe(topics.announce)
    large = Message(topics.announce, b"x" * MAX_MESSAGE_BYTES)

    taken = [subscription.offer(large) for _ in range(MAX_QUEUED_BYTES // MAX_MESSAGE_BYTES + 1)]

    assert taken == [True] * (len(taken) - 1) + [False]


async def _publish_all(bus: Bus, topic: str, count: int) -> None:
    for i in range(count):
        await bus.publish(topic, b"%d" % i)
