"""The user's side: sign intents, hand them in, follow them, cancel them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from eth_account.signers.local import LocalAccount

from intents.bus.bus import Bus, Message
from intents.bus.receipts import Persistence, Sender
from intents.bus.topics import Topics, check_name
from intents.cancelling import sign_cancellation
from intents.errors import BusError, MalformedMessageError, UnknownHomeError
from intents.intent import Intent
from intents.lifecycle import FINAL_STATES, IntentEvent
from intents.messages import Receipt, Submission, decode, encode
from intents.signing import sign, verify

STATUS_TIMEOUT_S: Final = 1.0
"""How long to wait for the retained event of an intent."""

QUIET_S: Final = 3600.0
"""Longest time between two events of an intent that is followed."""


class IntentClient:
    """One user's way to the auctioneer: a context manager. Many clients may share a bus.

    Args:
        bus: What carries the messages; it stays open.
        topics: Topics of the run.
        account: Key that signs, and owner of every intent.
        client_id: Name of this client on the bus; the address of the account unless given.
        persistence: How long to insist on the receipt of a message.

    Raises:
        InvalidTopicError: if `client_id` cannot be part of a topic.
    """

    def __init__(
        self,
        bus: Bus,
        topics: Topics,
        account: LocalAccount,
        *,
        client_id: str | None = None,
        persistence: Persistence | None = None,
    ) -> None:
        self.client_id = check_name(client_id or account.address)
        self._bus = bus
        self._topics = topics
        self._account = account
        self._sender = Sender(bus, topics.receipts(self.client_id), persistence=persistence)
        self._homes: dict[str, str] = {}

    async def submit(self, intent: Intent) -> Receipt:
        """Sign an intent, hand it in, and return what the auctioneer says.

        Raises:
            InvalidSignatureError: if the intent belongs to another account.
            NoReceiptError: if nobody answers.
            BusError: if the bus cannot carry it.
        """
        signed = sign(intent, self._account)
        self._homes[verify(signed)] = intent.home
        payload = encode(Submission(client=self.client_id, signed=signed))
        return await self._sender.deliver(self._topics.submit(self.client_id), payload)

    async def cancel(self, intent_id: str, *, home: str | None = None) -> Receipt:
        """Ask that an intent be given up, and return what the auctioneer says.

        Args:
            intent_id: Which intent.
            home: Its home chain; needed if another client submitted it.

        Raises:
            UnknownHomeError: if `home` is needed and missing.
            NoReceiptError: if nobody answers.
            BusError: if the bus cannot carry it.
        """
        home = home or self._homes.get(intent_id)
        if home is None:
            raise UnknownHomeError(intent_id)
        cancellation = sign_cancellation(intent_id, home, self._account, client=self.client_id)
        return await self._sender.deliver(self._topics.cancel(self.client_id), encode(cancellation))

    async def status(self, intent_id: str, *, timeout_s: float = STATUS_TIMEOUT_S) -> IntentEvent | None:
        """Return the last event of an intent, or `None` if none is known within `timeout_s` seconds."""
        async with await self._bus.subscribe(self._topics.intent_events(intent_id)) as messages:
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):
                    async for message in messages:
                        if event := _event(message, intent_id):
                            return event
        return None

    async def events(self, intent_id: str, *, quiet_s: float = QUIET_S) -> AsyncIterator[IntentEvent]:
        """Yield the events of an intent, the last known first, until one is final.

        Args:
            intent_id: Which intent.
            quiet_s: Longest time to wait for the next event, in seconds.

        Raises:
            BusError: if it is quiet for longer, or the bus fails.
        """
        last = None
        async with await self._bus.subscribe(self._topics.intent_events(intent_id)) as messages:
            while last is None or last.state not in FINAL_STATES:
                message = await messages.receive(quiet_s)
                if message is None:
                    raise BusError(f"no event of intent {intent_id[:12]} for {quiet_s:g} s, or the bus is closed")
                event = _event(message, intent_id)
                if event and event != last:
                    last = event
                    yield event

    async def __aenter__(self) -> Self:
        await self._sender.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._sender.__aexit__(kind, error, trace)


def _event(message: Message, intent_id: str) -> IntentEvent | None:
    """Return the event in a message, or `None` if it holds no event of this intent: the broker is not trusted."""
    try:
        event = decode(IntentEvent, message.payload)
    except MalformedMessageError:
        return None
    return event if event.intent_id == intent_id else None
