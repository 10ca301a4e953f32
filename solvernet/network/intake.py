"""The auctioneer's counter for users: takes submissions and cancellations off the bus, answers with receipts.

A message that was handled before gets the receipt it got then. Whatever arrives, the answer is one coded line. What a
receipt promises is committed before it goes out; messages that wait together share a commit.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from auction.auctioneer import Auctioneer
from auction.book import Refusal
from auction.fee_notice import fee_notice
from intents.bus.bus import Bus, Message, Subscription
from intents.bus.receipts import Deduplicator, message_id
from intents.bus.topics import Topics
from intents.cancelling import verify_cancellation
from intents.canonical import model_bytes
from intents.errors import IntentsError, InvalidTopicError, MalformedMessageError
from intents.lifecycle import IntentEvent
from intents.messages import Cancellation, Receipt, Submission, decode

MOST_AT_ONCE: Final = 64
"""Messages that are dealt with together at most."""

Note = Callable[[str, str], None]
"""Takes notice of a refused message: its code and detail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What is behind the counter."""

    lock: asyncio.Lock
    """Held by whoever works with the auctioneer."""

    keep: Callable[[], Awaitable[None]]
    """Returns when what has happened so far is committed; takes the lock."""

    note: Note


class Intake:
    """The counter: a context manager around its service."""

    def __init__(self, bus: Bus, topics: Topics, auctioneer: Auctioneer, office: Office) -> None:
        self._bus = bus
        self._topics = topics
        self._auctioneer = auctioneer
        self._office = office
        self._seen = Deduplicator()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        incoming = await self._bus.subscribe(self._topics.all_submissions, self._topics.all_cancellations)
        self._task = asyncio.create_task(self._serve(incoming))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))

    def check(self) -> None:
        """Do nothing while the counter is open.

        Raises:
            Exception: what closed it; of several, the first.
        """
        error = self._task.exception() if self._task is not None and self._task.done() else None
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        if error is not None:
            raise error

    async def publish(self, events: tuple[IntentEvent, ...]) -> None:
        """Publish steps of intents, the last one of each retained for whoever asks later."""
        for event in events:
            await self._bus.publish(self._topics.intent_events(event.intent_id), model_bytes(event), retain=True)

    async def _serve(self, incoming: Subscription) -> None:
        async with incoming:
            async for message in incoming:
                waiting = [message]
                while len(waiting) < MOST_AT_ONCE and (another := await incoming.receive(0.0)):
                    waiting.append(another)
                async with asyncio.TaskGroup() as together:
                    for each in waiting:
                        together.create_task(self._answer(each))

    async def _answer(self, message: Message) -> None:
        try:
            client = self._topics.client_in(message.topic)
        except InvalidTopicError as error:
            self._office.note("malformed", str(error))
            return
        is_submission = message.topic == self._topics.submit(client)
        handle = self._submitted if is_submission else self._cancelled
        await self._seen.answer(self._bus, self._topics.receipts(client), message.payload, handle)

    async def _submitted(self, payload: bytes) -> Receipt:
        try:
            submission = decode(Submission, payload)
        except MalformedMessageError as error:
            return self._refused(payload, Refusal("malformed", str(error)))
        async with self._office.lock:
            answer = self._auctioneer.receive(submission.signed)
        await self._office.keep()
        if isinstance(answer, Refusal):
            return self._refused(payload, answer)
        detail = fee_notice(self._auctioneer.rules, self._auctioneer.world, answer.intent)
        return Receipt(
            message_id=message_id(payload), accepted=True, code="accepted", detail=detail, intent_id=answer.intent_id
        )

    async def _cancelled(self, payload: bytes) -> Receipt:
        try:
            cancellation = decode(Cancellation, payload)
            refusal = self._not_theirs(cancellation)
        except MalformedMessageError as error:
            return self._refused(payload, Refusal("malformed", str(error)))
        except IntentsError as error:
            return self._refused(payload, Refusal("bad_signature", str(error)))
        if refusal is None:
            async with self._office.lock:
                refusal = self._auctioneer.cancel(cancellation.intent_id)
            await self._office.keep()
        if refusal is not None:
            return self._refused(payload, refusal)
        identity = cancellation.intent_id
        return Receipt(message_id=message_id(payload), accepted=True, code="cancelled", intent_id=identity)

    def _not_theirs(self, cancellation: Cancellation) -> Refusal | None:
        """Return why a cancellation does not come from the intent's owner, or `None` if it does.

        Raises:
            InvalidSignatureError: if the owner it names has not signed it.
        """
        if cancellation.intent_id not in self._auctioneer.book:
            return Refusal("unknown_intent", f"no intent {cancellation.intent_id[:12]} is known")
        intent = self._auctioneer.book[cancellation.intent_id].intent
        verify_cancellation(cancellation, intent.home)
        if cancellation.owner.lower() != intent.owner.lower():
            return Refusal("bad_signature", f"{cancellation.owner} is not the owner of this intent")
        return None

    def _refused(self, payload: bytes, refusal: Refusal) -> Receipt:
        self._office.note(refusal.code, refusal.detail)
        return Receipt(
            message_id=message_id(payload),
            accepted=False,
            code=refusal.code,
            detail=refusal.detail[:500],
            intent_id=refusal.intent_id,
        )
