"""The auctioneer's counter for users: takes submissions and cancellations off the bus, answers with receipts.

A message that was handled before gets the receipt it got then. Whatever arrives, the answer is one coded line.
"""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

from auction.auctioneer import Auctioneer
from auction.book import Refusal
from intents.bus.bus import Bus, Subscription
from intents.bus.receipts import Deduplicator, message_id
from intents.bus.topics import Topics
from intents.cancelling import verify_cancellation
from intents.canonical import model_bytes
from intents.errors import IntentsError, MalformedMessageError
from intents.lifecycle import IntentEvent
from intents.messages import Cancellation, Receipt, Submission, decode

Note = Callable[[str, str], None]
"""Takes notice of a refused message: its code and detail."""


class Intake:
    """The counter: a context manager around its service."""

    def __init__(self, bus: Bus, topics: Topics, auctioneer: Auctioneer, lock: asyncio.Lock, note: Note) -> None:
        self._bus = bus
        self._topics = topics
        self._auctioneer = auctioneer
        self._lock = lock
        self._note = note
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

    async def publish(self, events: tuple[IntentEvent, ...]) -> None:
        """Publish steps of intents, the last one of each retained for whoever asks later."""
        for event in events:
            await self._bus.publish(self._topics.intent_events(event.intent_id), model_bytes(event), retain=True)

    async def _serve(self, incoming: Subscription) -> None:
        async with incoming:
            async for message in incoming:
                client = self._topics.client_in(message.topic)
                is_submission = message.topic == self._topics.submit(client)
                handle = self._submitted if is_submission else self._cancelled
                await self._seen.answer(self._bus, self._topics.receipts(client), message.payload, handle)

    async def _submitted(self, payload: bytes) -> Receipt:
        try:
            submission = decode(Submission, payload)
        except MalformedMessageError as error:
            return self._refused(payload, Refusal("malformed", str(error)))
        async with self._lock:
            answer = self._auctioneer.receive(submission.signed)
        if isinstance(answer, Refusal):
            return self._refused(payload, answer)
        return Receipt(message_id=message_id(payload), accepted=True, code="accepted", intent_id=answer.intent_id)

    async def _cancelled(self, payload: bytes) -> Receipt:
        try:
            cancellation = decode(Cancellation, payload)
            refusal = self._not_theirs(cancellation)
        except MalformedMessageError as error:
            return self._refused(payload, Refusal("malformed", str(error)))
        except IntentsError as error:
            return self._refused(payload, Refusal("bad_signature", str(error)))
        if refusal is None:
            async with self._lock:
                refusal = self._auctioneer.cancel(cancellation.intent_id)
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
        self._note(refusal.code, refusal.detail)
        return Receipt(
            message_id=message_id(payload),
            accepted=False,
            code=refusal.code,
            detail=refusal.detail[:500],
            intent_id=refusal.intent_id,
        )
