import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from intents.bus.broker import EmbeddedBroker
from intents.bus.bus import Bus
from intents.bus.memory import MemoryBroker, MemoryBus
from intents.bus.mqtt import MqttBus
from intents.bus.receipts import Deduplicator, Persistence, message_id
from intents.bus.topics import Topics
from intents.cancelling import verify_cancellation
from intents.client import IntentClient
from intents.errors import (
    BusError,
    InvalidSignatureError,
    InvalidTopicError,
    MalformedMessageError,
    NoReceiptError,
    UnknownHomeError,
)
from intents.intent import Intent
from intents.lifecycle import IntentEvent, State
from intents.messages import Cancellation, Receipt, Submission, decode, encode
from intents.signing import intent_id, verify

MakeIntent = Callable[..., Intent]

TOPICS = Topics("test")
SOON_S = 60.0
NOT_LONG_S = 0.02
ID = "a" * 64


class Auctioneer:
    """Checks what comes in, and answers as a real one would."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.admitted: dict[str, Intent] = {}
        self.cancelled: list[str] = []

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Auctioneer"]:
        deduplicator = Deduplicator()
        inbox = await self.bus.subscribe(TOPICS.all_submissions, TOPICS.all_cancellations)

        async def serve() -> None:
            async for message in inbox:
                client = TOPICS.client_in(message.topic)
                act = self.admit if message.topic == TOPICS.submit(client) else self.give_up
                await deduplicator.answer(self.bus, TOPICS.receipts(client), message.payload, act)

        async with inbox, asyncio.TaskGroup() as group:
            serving = group.create_task(serve())
            yield self
            serving.cancel()

    async def admit(self, payload: bytes) -> Receipt:
        try:
            name = verify((submission := decode(Submission, payload)).signed)
        except (MalformedMessageError, InvalidSignatureError) as error:
            return Receipt(message_id=message_id(payload), accepted=False, code="refused", detail=str(error))
        self.admitted[name] = submission.signed.intent
        await self.publish(name, State.OPEN)
        return Receipt(message_id=message_id(payload), accepted=True, code="open", intent_id=name)

    async def give_up(self, payload: bytes) -> Receipt:
        cancellation = decode(Cancellation, payload)
        intent = self.admitted[cancellation.intent_id]
        verify_cancellation(cancellation, intent.home)
        assert cancellation.owner == intent.owner
        self.cancelled.append(cancellation.intent_id)
        await self.publish(cancellation.intent_id, State.CANCELLED)
        return Receipt(message_id=message_id(payload), accepted=True, code="cancelled")

    async def publish(self, name: str, state: State, time_ms: int = 0) -> None:
        event = IntentEvent(intent_id=name, state=state, time_ms=time_ms)
        await self.bus.publish(TOPICS.intent_events(name), encode(event), retain=True)


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus(MemoryBroker())


async def states(client: IntentClient, name: str) -> list[State]:
    async with asyncio.timeout(SOON_S):
        return [event.state async for event in client.events(name)]


async def test_intent_is_signed_handed_in_and_answered(
    bus: MemoryBus, make_intent: MakeIntent, account: LocalAccount
) -> None:
    intent = make_intent()
    async with Auctioneer(bus).open() as auctioneer, IntentClient(bus, TOPICS, account) as client:
        receipt = await client.submit(intent)

    assert (receipt.accepted, receipt.intent_id) == (True, intent_id(intent))
    assert auctioneer.admitted == {intent_id(intent): intent}


async def test_intent_that_is_handed_in_twice_has_one_receipt(
    bus: MemoryBus, make_intent: MakeIntent, account: LocalAccount
) -> None:
    async with Auctioneer(bus).open(), IntentClient(bus, TOPICS, account) as client:
        assert await client.submit(make_intent()) == await client.submit(make_intent())


async def test_intent_of_another_owner_is_not_sent(
    bus: MemoryBus, make_intent: MakeIntent, stranger: LocalAccount
) -> None:
    async with Auctioneer(bus).open() as auctioneer, IntentClient(bus, TOPICS, stranger) as client:
        with pytest.raises(InvalidSignatureError):
            await client.submit(make_intent())

    assert auctioneer.admitted == {}


async def test_client_without_an_auctioneer_gives_up(
    bus: MemoryBus, make_intent: MakeIntent, account: LocalAccount
) -> None:
    async with IntentClient(bus, TOPICS, account, persistence=Persistence(timeout_s=0.001, attempts=2)) as client:
        with pytest.raises(NoReceiptError, match="after 2 attempts"):
            await client.submit(make_intent())


async def test_intent_can_be_cancelled_by_the_client_that_submitted_it(
    bus: MemoryBus, make_intent: MakeIntent, account: LocalAccount
) -> None:
    name = intent_id(make_intent(home="eip155:10"))
    async with Auctioneer(bus).open() as auctioneer, IntentClient(bus, TOPICS, account) as client:
        await client.submit(make_intent(home="eip155:10"))
        receipt = await client.cancel(name)

    assert receipt.code == "cancelled"
    assert auctioneer.cancelled == [name]


async def test_another_client_of_the_owner_must_name_the_home_chain_to_cancel(
    bus: MemoryBus, make_intent: MakeIntent, account: LocalAccount
) -> None:
    name = intent_id(make_intent())
    async with (
        Auctioneer(bus).open() as auctioneer,
        IntentClient(bus, TOPICS, account, client_id="phone") as phone,
        IntentClient(bus, TOPICS, account, client_id="desk") as desk,
    ):
        await phone.submit(make_intent())
        with pytest.raises(UnknownHomeError, match="pass home"):
            await desk.cancel(name)
        await desk.cancel(name, home="eip155:1")

    assert auctioneer.cancelled == [name]


async def test_status_is_the_last_event(bus: MemoryBus, account: LocalAccount) -> None:
    auctioneer, client = Auctioneer(bus), IntentClient(bus, TOPICS, account)
    await auctioneer.publish(ID, State.OPEN)
    await auctioneer.publish(ID, State.IN_AUCTION, time_ms=7)

    assert await client.status(ID) == IntentEvent(intent_id=ID, state=State.IN_AUCTION, time_ms=7)


async def test_status_of_an_unknown_intent_is_none(bus: MemoryBus, account: LocalAccount) -> None:
    assert await IntentClient(bus, TOPICS, account).status(ID, timeout_s=NOT_LONG_S) is None


@pytest.mark.parametrize(
    "noise", [b"", b"noise", encode(IntentEvent(intent_id="b" * 64, state=State.FILLED, time_ms=0))]
)
async def test_status_is_not_what_somebody_else_wrote_there(
    bus: MemoryBus, account: LocalAccount, noise: bytes
) -> None:
    await bus.publish(TOPICS.intent_events(ID), noise, retain=True)

    assert await IntentClient(bus, TOPICS, account).status(ID, timeout_s=NOT_LONG_S) is None


async def test_what_is_no_intent_id_cannot_be_followed(bus: MemoryBus, account: LocalAccount) -> None:
    with pytest.raises(InvalidTopicError, match="intent id"):
        await IntentClient(bus, TOPICS, account).status("+")


async def test_events_begin_with_the_last_known_and_end_with_a_final_state(
    bus: MemoryBus, account: LocalAccount
) -> None:
    auctioneer, client = Auctioneer(bus), IntentClient(bus, TOPICS, account)
    for state in (State.RECEIVED, State.OPEN):
        await auctioneer.publish(ID, state)

    async with asyncio.TaskGroup() as group:
        following = group.create_task(states(client, ID))
        await asyncio.sleep(0)
        for state in (State.IN_AUCTION, State.AWARDED, State.SETTLING, State.FILLED, State.OPEN):
            await auctioneer.publish(ID, state)

    assert following.result() == ["open", "in_auction", "awarded", "settling", "filled"]


async def test_event_that_comes_twice_is_told_once(bus: MemoryBus, account: LocalAccount) -> None:
    auctioneer, client = Auctioneer(bus), IntentClient(bus, TOPICS, account)

    async with asyncio.TaskGroup() as group:
        following = group.create_task(states(client, ID))
        await asyncio.sleep(0)
        for state in (State.OPEN, State.OPEN, State.IN_AUCTION, State.OPEN, State.EXPIRED):
            await auctioneer.publish(ID, state)
        await bus.publish(TOPICS.intent_events(ID), b"noise")

    assert following.result() == ["open", "in_auction", "open", "expired"]


async def test_final_state_that_is_already_there_ends_the_events(bus: MemoryBus, account: LocalAccount) -> None:
    await Auctioneer(bus).publish(ID, State.REFUNDED)

    assert await states(IntentClient(bus, TOPICS, account), ID) == ["refunded"]


async def test_intent_that_stays_quiet_too_long_is_an_error(bus: MemoryBus, account: LocalAccount) -> None:
    client = IntentClient(bus, TOPICS, account)

    with pytest.raises(BusError, match=r"no event of intent a{12} for 0\.02 s"):
        await anext(client.events(ID, quiet_s=NOT_LONG_S))


def test_client_is_named_after_its_account_unless_it_has_a_name(bus: MemoryBus, account: LocalAccount) -> None:
    assert IntentClient(bus, TOPICS, account).client_id == account.address
    assert IntentClient(bus, TOPICS, account, client_id="alice").client_id == "alice"


def test_client_cannot_have_a_name_that_is_no_topic_level(bus: MemoryBus, account: LocalAccount) -> None:
    with pytest.raises(InvalidTopicError):
        IntentClient(bus, TOPICS, account, client_id="a/b")


async def test_fifty_clients_share_one_connection_and_each_follows_its_own_intent(make_intent: MakeIntent) -> None:
    accounts = [Account.from_key(bytes([7]) * 31 + bytes([i + 1])) for i in range(50)]

    async def trade(bus: Bus, account: LocalAccount) -> tuple[bool, State, list[State]]:
        intent = make_intent(owner=account.address)
        async with (
            IntentClient(bus, TOPICS, account, persistence=Persistence(attempts=100)) as client,
            asyncio.TaskGroup() as group,
        ):
            following = group.create_task(states(client, intent_id(intent)))
            receipt = await client.submit(intent)
            status = await client.status(intent_id(intent), timeout_s=SOON_S)
            assert status
            await client.cancel(intent_id(intent))
        return receipt.accepted, status.state, following.result()

    async with (
        asyncio.timeout(SOON_S),
        EmbeddedBroker() as broker,
        MqttBus(broker.url) as users,
        MqttBus(broker.url) as other,
        Auctioneer(other).open() as auctioneer,
    ):
        results = await asyncio.gather(*(trade(users, account) for account in accounts))

    assert results == [(True, State.OPEN, [State.OPEN, State.CANCELLED])] * 50
    assert {intent.owner for intent in auctioneer.admitted.values()} == {account.address for account in accounts}
