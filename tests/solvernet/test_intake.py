"""The counter for users: one coded receipt for whatever arrives, and the run goes on."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from auction.charges import Charges
from auction.errors import LedgerError
from intents import builders
from intents.assets import OPTION_UNIT, USDC_UNIT
from intents.bus.memory import MemoryBroker, MemoryBus
from intents.bus.receipts import Persistence, Sender
from intents.bus.topics import Topics
from intents.cancelling import sign_cancellation
from intents.client import IntentClient
from intents.errors import NoReceiptError
from intents.fees import FeeRule
from intents.intent import Intent
from intents.lifecycle import State
from intents.messages import Receipt, Submission, encode
from intents.signing import sign
from solvernet.engine import Engine
from solvernet.network.intake import Intake, Office
from tests.solvernet.conftest import name_of, quarter_text

TOPICS = Topics("test")


@dataclass
class Counter:
    engine: Engine
    bus: MemoryBus
    client: IntentClient
    user: LocalAccount
    refusals: list[tuple[str, str]]
    kept: list[int]
    """Intents in the book at each commit."""

    gate: asyncio.Event
    """Commits end only while it is set."""

    began: asyncio.Event
    """Set by each commit as it begins."""

    def intent(self, **changes: object) -> Intent:
        now_ms = self.engine.now_ms
        terms: dict[str, object] = {
            "owner": self.user.address,
            "nonce": 1,
            "home": next(u.home for u in self.engine.flow.users if u.account.address == self.user.address),
            "want": builders.single("ETH-27MAR20-190-P"),
            "quantity": 10 * OPTION_UNIT,
            "limit": 12 * USDC_UNIT,
            "valid_from_ms": now_ms,
            "valid_until_ms": now_ms + 600_000,
        }
        return Intent(**(terms | changes))  # type: ignore[arg-type]

    async def send(self, payload: bytes) -> Receipt:
        async with Sender(self.bus, TOPICS.receipts("stranger")) as sender:
            return await sender.deliver(TOPICS.submit("stranger"), payload)


@pytest.fixture
async def counter() -> AsyncIterator[Counter]:
    engine = Engine(name_of(quarter_text()), {}, "test")
    bus = MemoryBus(MemoryBroker())
    refusals: list[tuple[str, str]] = []
    user = engine.flow.users[0].account
    kept: list[int] = []
    gate, began = asyncio.Event(), asyncio.Event()
    gate.set()

    async def keep() -> None:
        began.set()
        kept.append(len(engine.auctioneer.book.entries()))
        await gate.wait()

    office = Office(lock=asyncio.Lock(), keep=keep, note=lambda code, detail: refusals.append((code, detail)))
    intake = Intake(bus, TOPICS, engine.auctioneer, office)
    async with intake, IntentClient(bus, TOPICS, user) as client:
        yield Counter(engine, bus, client, user, refusals, kept, gate, began)


async def test_a_good_intent_is_accepted_and_open(counter: Counter) -> None:
    receipt = await counter.client.submit(counter.intent())

    assert receipt.accepted
    assert counter.engine.auctioneer.book[str(receipt.intent_id)].state is State.OPEN


async def test_an_acceptance_says_what_fills_are_charged_and_nothing_where_they_are_free(counter: Counter) -> None:
    auctioneer = counter.engine.auctioneer
    free = await counter.client.submit(counter.intent())
    auctioneer.rules = replace(auctioneer.rules, charges=Charges(rule=FeeRule(notional_ppm=300)))
    charged = await counter.client.submit(counter.intent(nonce=2))

    assert (free.accepted, charged.accepted, free.detail) == (True, True, "")
    assert "0.03 % of the underlying" in charged.detail


async def test_a_topic_with_a_name_that_is_none_does_not_close_the_counter(counter: Counter) -> None:
    for leaf in ("submit", "cancel"):
        await counter.bus.publish(f"{TOPICS.prefix}/users/n o b ö d y/{leaf}", b"{}")
        await counter.bus.publish(f"{TOPICS.prefix}/users//{leaf}", b"{}")

    receipt = await counter.client.submit(counter.intent())

    assert receipt.accepted
    assert [code for code, _ in counter.refusals] == ["malformed"] * 4


async def test_what_closed_the_counter_is_told_to_whoever_asks(counter: Counter) -> None:
    async def keep() -> None:
        raise LedgerError("the ledger cannot be written: disk full")

    engine, bus = counter.engine, MemoryBus(MemoryBroker())
    office = Office(lock=asyncio.Lock(), keep=keep, note=lambda *_: None)
    once = Persistence(timeout_s=1.0, attempts=1)
    async with (
        Intake(bus, TOPICS, engine.auctioneer, office) as intake,
        IntentClient(bus, TOPICS, counter.user, persistence=once) as client,
    ):
        intake.check()
        with pytest.raises(NoReceiptError):
            await client.submit(counter.intent())
        with pytest.raises(LedgerError, match="disk full"):
            intake.check()


async def test_a_receipt_waits_for_the_commit(counter: Counter) -> None:
    counter.gate.clear()
    waiting = asyncio.create_task(counter.client.submit(counter.intent()))
    async with asyncio.timeout(10):
        await counter.began.wait()

    assert counter.kept == [1]
    assert not waiting.done()
    counter.gate.set()
    assert (await waiting).accepted


async def test_a_cancellation_is_committed_before_its_receipt(counter: Counter) -> None:
    receipt = await counter.client.submit(counter.intent())
    await counter.client.cancel(str(receipt.intent_id))

    assert counter.kept == [1, 1]


async def test_the_same_intent_again_is_a_no_op(counter: Counter) -> None:
    first = await counter.client.submit(counter.intent())
    again = await counter.send(encode(Submission(client="stranger", signed=sign(counter.intent(), counter.user))))

    assert again.accepted
    assert again.intent_id == first.intent_id
    assert len(counter.engine.auctioneer.book.entries()) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"want": builders.single("ETH-27MAR20-195-P")}, "unknown_series"),
        ({"want": builders.hedge("3APR20", 190)}, "unknown_series"),
        ({"want": builders.single("ETH-27MAR20-190-C", ratio=-1), "limit": -USDC_UNIT}, "unbounded_loss"),
        ({"home": "eip155:5"}, "unknown_chain"),
        ({"venues": ("book.moon",)}, "unknown_venue"),
        ({"quantity": 900_000 * OPTION_UNIT}, "insufficient_funds"),
        ({"valid_from_ms": 1, "valid_until_ms": 2}, "past_deadline"),
    ],
)
async def test_an_intent_that_cannot_be_taken_gets_its_code(
    counter: Counter, changes: dict[str, object], code: str
) -> None:
    receipt = await counter.client.submit(counter.intent(**changes))

    assert not receipt.accepted
    assert receipt.code == code
    assert receipt.detail
    assert "\n" not in receipt.detail
    assert counter.refusals == [(code, receipt.detail)]


async def test_a_used_nonce_is_refused(counter: Counter) -> None:
    await counter.client.submit(counter.intent())

    receipt = await counter.client.submit(counter.intent(limit=13 * USDC_UNIT))

    assert receipt.code == "nonce_used"


async def test_a_refused_intent_does_not_use_its_nonce_up(counter: Counter) -> None:
    await counter.client.submit(counter.intent(quantity=900_000 * OPTION_UNIT))

    assert (await counter.client.submit(counter.intent())).accepted


async def test_a_signature_of_somebody_else_is_refused(counter: Counter) -> None:
    stranger: LocalAccount = Account.from_key("0x" + "ab" * 32)
    theirs = sign(counter.intent(owner=stranger.address), stranger)
    forged = Submission(client="stranger", signed=theirs.model_copy(update={"intent": counter.intent()}))

    receipt = await counter.send(encode(forged))

    assert receipt.code == "bad_signature"
    assert not counter.engine.auctioneer.book.entries()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quantity", "0"),
        ("quantity", "-5"),
        ("quantity", "1" + "0" * 40),
        ("quantity", "many"),
        ("quantity", 7),
        ("quantity", None),
        ("quantity", "1000000000000000001"),
        ("limit", "1" + "0" * 40),
        ("limit", "1.5"),
        ("limit", None),
        ("valid_until_ms", -1),
        ("nonce", "-1"),
    ],
)
async def test_a_senseless_number_is_malformed(counter: Counter, field: str, value: object) -> None:
    body = json.loads(encode(Submission(client="stranger", signed=sign(counter.intent(), counter.user))))
    body["signed"]["intent"][field] = value

    receipt = await counter.send(json.dumps(body).encode())

    assert receipt.code == "malformed"


async def test_an_extra_field_is_malformed(counter: Counter) -> None:
    body = json.loads(encode(Submission(client="stranger", signed=sign(counter.intent(), counter.user))))
    body["signed"]["intent"]["tip"] = "1"

    receipt = await counter.send(json.dumps(body).encode())

    assert receipt.code == "malformed"
    assert "tip" in receipt.detail


@pytest.mark.parametrize("payload", [b"", b"\xff\xfe", b"[]", b"{", b'{"kind":"submission"}', b"x" * (1 << 20)])
async def test_whatever_arrives_is_answered_in_one_short_line(counter: Counter, payload: bytes) -> None:
    receipt = await counter.send(payload)

    assert receipt.code == "malformed"
    assert len(receipt.detail) < 400
    assert (await counter.client.submit(counter.intent())).accepted


async def test_an_owner_cancels_an_open_intent(counter: Counter) -> None:
    receipt = await counter.client.submit(counter.intent())

    cancelled = await counter.client.cancel(str(receipt.intent_id))

    assert cancelled.code == "cancelled"
    assert counter.engine.auctioneer.book[str(receipt.intent_id)].state is State.CANCELLED


async def test_nobody_else_can_cancel_it(counter: Counter) -> None:
    receipt = await counter.client.submit(counter.intent())
    stranger: LocalAccount = Account.from_key("0x" + "ab" * 32)
    intent_id, home = str(receipt.intent_id), counter.intent().home
    theirs = sign_cancellation(intent_id, home, stranger, client="stranger")

    async with Sender(counter.bus, TOPICS.receipts("stranger")) as sender:
        refused = await sender.deliver(TOPICS.cancel("stranger"), encode(theirs))

    assert refused.code == "bad_signature"
    assert counter.engine.auctioneer.book[intent_id].state is State.OPEN


async def test_an_intent_in_an_auction_cannot_be_cancelled(counter: Counter) -> None:
    receipt = await counter.client.submit(counter.intent())
    counter.engine.open_round()

    assert (await counter.client.cancel(str(receipt.intent_id))).code == "not_open"
