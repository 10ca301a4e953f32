"""Errors of the vocabulary: bad input at the boundary, and a bus that cannot carry it."""


class IntentsError(Exception):
    """Root of the errors of this package."""


class InvalidSymbolError(IntentsError, ValueError):
    """A text that names no asset, chain or option series.

    A `ValueError` as well, so that a boundary model reports it like any other wrong field.
    """

    def __init__(self, text: str, expected: str) -> None:
        super().__init__(f"{text!r} is not {expected}")
        self.text = text


class UnboundedLossError(IntentsError):
    """A want that no amount of cash backs: short beyond the last strike."""

    def __init__(self) -> None:
        super().__init__("the want has an unbounded loss; buy a call or ether to cover what is sold")


class InvalidSignatureError(IntentsError):
    """A signature that does not belong to the owner it claims."""

    def __init__(self, claimed: str, recovered: str | None) -> None:
        found = f"was made by {recovered}" if recovered else "is malformed"
        hint = "; write the address in its EIP-55 form" if recovered and recovered.lower() == claimed.lower() else ""
        super().__init__(f"signature {found}, but the intent names {claimed} as owner{hint}")
        self.claimed = claimed
        self.recovered = recovered


class SealError(IntentsError):
    """A sealed message that does not open, whose author is not who it says, or that cannot be addressed."""


class IllegalTransitionError(IntentsError):
    """A lifecycle step that the state machine does not have: a bug in the caller."""

    def __init__(self, before: str, after: str) -> None:
        super().__init__(f"an intent cannot go from {before} to {after}")
        self.before = before
        self.after = after


class MalformedMessageError(IntentsError):
    """A payload that is not the message it should be."""

    def __init__(self, what: str, where: str, why: str) -> None:
        super().__init__(f"{what} is malformed at {where}: {why}" if where else f"{what} is malformed: {why}")
        self.what = what
        self.where = where
        self.why = why


class UnknownHomeError(IntentsError):
    """An intent whose home chain this client does not know, so that it cannot sign about it."""

    def __init__(self, intent_id: str) -> None:
        super().__init__(
            f"intent {intent_id[:12]} was not submitted by this client; pass home, the chain of its escrow"
        )
        self.intent_id = intent_id


class BusError(IntentsError):
    """The message bus cannot do what was asked."""


class InvalidTopicError(BusError):
    """A text that is no topic, no topic filter, or no name inside one."""

    def __init__(self, text: str, expected: str) -> None:
        super().__init__(f"{text[:80]!r} is not {expected}")
        self.text = text


class PayloadTooLargeError(BusError):
    """A payload beyond what any bus carries."""

    def __init__(self, topic: str, size: int, limit: int) -> None:
        super().__init__(f"{size} bytes for {topic} are more than the {limit} bytes a message may have; split it")
        self.topic = topic
        self.size = size
        self.limit = limit


class SlowSubscriberError(BusError):
    """A subscriber that does not read fast enough for what it subscribed to."""

    def __init__(self, filters: tuple[str, ...], why: str) -> None:
        super().__init__(f"the subscriber of {', '.join(filters)} is too slow: {why}")
        self.filters = filters


class BrokerUnavailableError(BusError):
    """No broker answers at the address."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(f"no MQTT broker at {url}: {why}; start one there or use --bus memory")
        self.url = url


class LinkLostError(BusError):
    """One connection to the broker ended while an answer was awaited; the bus makes another and asks again."""


class NoReceiptError(BusError):
    """A message of weight was sent, and sent again, and nobody acknowledged it."""

    def __init__(self, topic: str, message_id: str, attempts: int) -> None:
        super().__init__(f"no receipt for {message_id[:12]} on {topic} after {attempts} attempts")
        self.topic = topic
        self.message_id = message_id
