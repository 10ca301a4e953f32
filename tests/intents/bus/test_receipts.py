import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from intents.bus.broker import EmbeddedBroker
from intents.bus.bus import Bus, Subscription
from intents.bus.memory import MemoryBroker, MemoryBus
from intents.bus.mqtt import MqttBus
from intents.bus.receipts import Deduplicator, Persistence, Sender, message_id
from intents.bus.topics import Topics
from intents.errors import BusError, NoReceiptError
from intents.messages import Receipt, encode

Connect = Callable[[], Awaitable[Bus]]
Eventually = Callable[[Callable[[], object]], Awaitable[None]]

SOON_S = 60.0
QUICK_S = 0.02
PATIENT_S = 30.0
TOPICS = Topics("test")


class LossyBus:
    """A bus that loses the first publications on one topic."""

    def __init__(self, bus: Bus, topic: str, losses: int) -> None:
        self._bus = bus
        self._topic = topic
        self._losses = losses
        self.published: Counter[str] = Counter()

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        self.published[topic] += 1
        if topic != self._topic or self.published[topic] > self._losses:
            await self._bus.publish(topic, payload, retain=retain)

    async def subscribe(self, *filters: str, capacity: int = 100) -> Subscription:
        return await self._bus.subscribe(*filters, capacity=capacity)

    async def aclose(self) -> None:
        await self._bus.aclose()


class Receiver:
    """Answers submissions, and counts how often it acted on each."""

    def __init__(self) -> None:
        self.processed: Counter[bytes] = Counter()

    async def process(self, payload: bytes) -> Receipt:
        self.processed[payload] += 1
        await asyncio.sleep(0)
        return Receipt(message_id=message_id(payload), accepted=True, detail=f"number {len(self.processed)}")

    @asynccontextmanager
    async def at(self, bus: Bus, topics: Topics = TOPICS) -> AsyncIterator[None]:
        """Answer what comes on a bus."""
        deduplicator = Deduplicator()

        async def serve(submissions: Subscription) -> None:
            async for message in submissions:
                reply_to = topics.receipts(topics.client_in(message.topic))
                await deduplicator.answer(bus, reply_to, message.payload, self.process)

        async with await bus.subscribe(topics.all_submissions) as submissions, asyncio.TaskGroup() as group:
            serving = group.create_task(serve(submissions))
            yield
            serving.cancel()


def sender_on(bus: Bus, client: str = "alice", topics: Topics = TOPICS, timeout_s: float = PATIENT_S) -> Sender:
    return Sender(bus, topics.receipts(client), persistence=Persistence(timeout_s=timeout_s, attempts=100))


def test_message_is_known_by_the_sha256_of_its_payload() -> None:
    assert message_id(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


async def test_delivery_returns_the_receipt_of_its_message(connect: Connect, topics: Topics) -> None:
    user, auctioneer, receiver = await connect(), await connect(), Receiver()
    async with receiver.at(auctioneer, topics), sender_on(user, topics=topics) as sender:
        receipt = await sender.deliver(topics.submit("alice"), b"intent")

    assert (receipt.message_id, receipt.accepted) == (message_id(b"intent"), True)
    assert receiver.processed == {b"intent": 1}


async def test_many_deliveries_at_a_time_get_each_their_own_receipt(connect: Connect, topics: Topics) -> None:
    user, auctioneer, receiver = await connect(), await connect(), Receiver()
    payloads = [b"intent %d" % i for i in range(300)]
    async with receiver.at(auctioneer, topics), sender_on(user, topics=topics) as sender:
        receipts = await asyncio.gather(*(sender.deliver(topics.submit("alice"), payload) for payload in payloads))

    assert [receipt.message_id for receipt in receipts] == [message_id(payload) for payload in payloads]
    assert receiver.processed == dict.fromkeys(payloads, 1)


async def test_many_senders_may_share_a_connection(connect: Connect, topics: Topics) -> None:
    user, auctioneer, receiver = await connect(), await connect(), Receiver()
    names = [f"client-{i}" for i in range(50)]

    async def deliver(name: str) -> Receipt:
        async with sender_on(user, name, topics) as sender:
            return await sender.deliver(topics.submit(name), name.encode())

    async with receiver.at(auctioneer, topics):
        receipts = await asyncio.gather(*map(deliver, names))

    assert [receipt.message_id for receipt in receipts] == [message_id(name.encode()) for name in names]


async def test_same_message_delivered_twice_at_a_time_is_processed_once() -> None:
    bus, receiver = MemoryBus(MemoryBroker()), Receiver()
    async with receiver.at(bus), sender_on(bus) as sender:
        one, other = await asyncio.gather(*(sender.deliver(TOPICS.submit("alice"), b"intent") for _ in range(2)))

    assert one == other
    assert receiver.processed == {b"intent": 1}


async def test_message_that_was_lost_is_sent_again() -> None:
    bus = LossyBus(MemoryBus(MemoryBroker()), TOPICS.submit("alice"), losses=2)
    receiver = Receiver()
    async with receiver.at(bus), sender_on(bus, timeout_s=QUICK_S) as sender:
        receipt = await sender.deliver(TOPICS.submit("alice"), b"intent")

    assert receipt.accepted
    assert bus.published[TOPICS.submit("alice")] >= 3
    assert receiver.processed == {b"intent": 1}


async def test_receipt_that_was_lost_is_sent_again_and_the_message_processed_once() -> None:
    bus = LossyBus(MemoryBus(MemoryBroker()), TOPICS.receipts("alice"), losses=2)
    receiver = Receiver()
    async with receiver.at(bus), sender_on(bus, timeout_s=QUICK_S) as sender:
        receipt = await sender.deliver(TOPICS.submit("alice"), b"intent")

    assert receipt.detail == "number 1"
    assert receiver.processed == {b"intent": 1}


async def test_message_that_nobody_answers_ends_in_an_error_after_all_attempts() -> None:
    bus = LossyBus(MemoryBus(MemoryBroker()), "none", losses=0)
    async with Sender(bus, TOPICS.receipts("alice"), persistence=Persistence(timeout_s=0.001, attempts=3)) as sender:
        with pytest.raises(NoReceiptError, match="after 3 attempts") as silence:
            await sender.deliver(TOPICS.submit("alice"), b"intent")

    assert (silence.value.topic, silence.value.message_id) == (TOPICS.submit("alice"), message_id(b"intent"))
    assert bus.published == {TOPICS.submit("alice"): 3}


@pytest.mark.parametrize("noise", [b"", b"noise", encode(Receipt(message_id="0" * 64, accepted=False))])
async def test_noise_among_the_receipts_does_not_matter(noise: bytes) -> None:
    bus, receiver = MemoryBus(MemoryBroker()), Receiver()
    async with sender_on(bus) as sender:
        await bus.publish(TOPICS.receipts("alice"), noise)
        async with receiver.at(bus):
            receipt = await sender.deliver(TOPICS.submit("alice"), b"intent")

    assert receipt.accepted


async def test_sender_that_is_closed_ends_its_deliveries() -> None:
    bus = MemoryBus(MemoryBroker())
    async with asyncio.timeout(SOON_S):
        async with sender_on(bus) as sender:
            delivering = asyncio.ensure_future(sender.deliver(TOPICS.submit("alice"), b"intent"))
            await asyncio.sleep(0.01)
        with pytest.raises(BusError, match="the sender is closed"):
            await delivering


async def test_sender_that_is_not_open_says_so() -> None:
    with pytest.raises(BusError, match="use it as a context manager"):
        await sender_on(MemoryBus(MemoryBroker())).deliver(TOPICS.submit("alice"), b"intent")


async def test_sender_can_be_opened_again() -> None:
    bus, receiver = MemoryBus(MemoryBroker()), Receiver()
    sender = sender_on(bus)
    async with receiver.at(bus):
        for payload in (b"one", b"two"):
            async with sender:
                assert (await sender.deliver(TOPICS.submit("alice"), payload)).accepted


async def test_delivery_fails_when_the_receipts_cannot_be_read_any_more() -> None:
    class Failing(MemoryBus):
        async def subscribe(self, *filters: str, capacity: int = 100) -> Subscription:
            subscription = await super().subscribe(*filters, capacity=capacity)
            subscription.fail(BusError("broken"))
            return subscription

    async with asyncio.timeout(SOON_S), sender_on(Failing(MemoryBroker())) as sender:
        with pytest.raises(BusError, match="broken"):
            await sender.deliver(TOPICS.submit("alice"), b"intent")


async def test_every_message_is_processed_once_and_answered_although_the_broker_was_restarted(
    eventually: Eventually,
) -> None:
    receiver = Receiver()
    payloads = [b"intent %d" % i for i in range(200)]
    async with (
        asyncio.timeout(SOON_S),
        EmbeddedBroker() as broker,
        MqttBus(broker.url) as user,
        MqttBus(broker.url) as auctioneer,
        receiver.at(auctioneer),
        sender_on(user, timeout_s=0.5) as sender,
    ):
        delivering = asyncio.gather(*(sender.deliver(TOPICS.submit("alice"), payload) for payload in payloads))
        await eventually(lambda: len(receiver.processed) >= 20)
        before = len(receiver.processed)
        await broker.restart()
        receipts = await delivering

    assert before < len(payloads), "the restart came too late to interrupt anything"
    assert (user.outages, auctioneer.outages) == (1, 1)
    assert [receipt.message_id for receipt in receipts] == [message_id(payload) for payload in payloads]
    assert receiver.processed == dict.fromkeys(payloads, 1)


async def test_repeated_message_gets_the_receipt_it_got_before() -> None:
    deduplicator, receiver = Deduplicator(), Receiver()

    first = await deduplicator.once(b"intent", receiver.process)
    await deduplicator.once(b"other", receiver.process)

    assert await deduplicator.once(b"intent", receiver.process) == first
    assert deduplicator.known(b"intent") == first
    assert receiver.processed == {b"intent": 1, b"other": 1}


async def test_repetition_that_comes_during_the_first_waits_for_its_receipt() -> None:
    deduplicator, receiver = Deduplicator(), Receiver()

    receipts = await asyncio.gather(*(deduplicator.once(b"intent", receiver.process) for _ in range(3)))

    assert receipts == [receipts[0]] * 3
    assert receiver.processed == {b"intent": 1}


async def test_oldest_receipts_are_forgotten_beyond_the_capacity() -> None:
    deduplicator, receiver = Deduplicator(capacity=2), Receiver()
    for payload in (b"a", b"b"):
        await deduplicator.once(payload, receiver.process)
    deduplicator.known(b"a")

    await deduplicator.once(b"c", receiver.process)

    assert [deduplicator.known(payload) is not None for payload in (b"a", b"b", b"c")] == [True, False, True]


async def test_receipt_that_was_remembered_from_elsewhere_is_used() -> None:
    deduplicator, receiver = Deduplicator(), Receiver()
    receipt = Receipt(message_id=message_id(b"intent"), accepted=False, code="journal")

    deduplicator.remember(receipt)

    assert await deduplicator.once(b"intent", receiver.process) == receipt
    assert not receiver.processed


async def test_message_whose_processing_failed_is_processed_when_it_comes_again() -> None:
    deduplicator, receiver = Deduplicator(), Receiver()

    async def fail(_: bytes) -> Receipt:
        await asyncio.sleep(0)
        raise OSError("disk full")

    first = asyncio.ensure_future(deduplicator.once(b"intent", fail))
    await asyncio.sleep(0)
    second = asyncio.ensure_future(deduplicator.once(b"intent", receiver.process))

    with pytest.raises(OSError, match="disk full"):
        await first
    assert (await second).accepted
