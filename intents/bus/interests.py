"""Who on one connection reads what: filters by number, and the subscriptions behind each.

A broker repeats the number of a filter with each message, so that a message finds its readers without matching, and
once where filters overlap. It sends retained messages only to the first subscription of a filter on a connection;
for those that come later they are remembered here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count

from intents.bus.bus import Message, Subscription
from intents.bus.filters import matches
from intents.errors import BusError, SlowSubscriberError


@dataclass(slots=True, eq=False)
class Interest:
    """One filter and its readers."""

    pattern: str
    number: int
    readers: dict[Subscription, None] = field(default_factory=dict)
    retained: dict[str, Message] = field(default_factory=dict)
    """Last retained message of each topic, as this connection saw it."""

    granted_by: object = None
    """Connection on which the broker accepted the filter."""


class Interests:
    """All filters of one connection."""

    def __init__(self) -> None:
        self._by_pattern: dict[str, Interest] = {}
        self._by_number: dict[int, Interest] = {}
        self._numbers = count(1)

    def __iter__(self) -> Iterator[Interest]:
        return iter(tuple(self._by_pattern.values()))

    def readers(self) -> list[Subscription]:
        """Return every subscription once."""
        return list(dict.fromkeys(reader for interest in self for reader in interest.readers))

    def add(self, subscription: Subscription) -> list[Interest]:
        """Enter a subscription, hand it what is remembered for its filters, and return their interests."""
        interests = [self._interest(pattern) for pattern in subscription.filters]
        for interest in interests:
            interest.readers[subscription] = None
            for topic in sorted(interest.retained):
                _hand_over(interest.retained[topic], (subscription,))
        return interests

    def remove(self, subscription: Subscription) -> list[Interest]:
        """Strike a subscription out and return the interests that nobody has any more."""
        orphans = []
        for pattern in subscription.filters:
            interest = self._by_pattern.get(pattern)
            if interest and interest.readers.pop(subscription, self) is None and not interest.readers:
                del self._by_pattern[pattern], self._by_number[interest.number]
                orphans.append(interest)
        return orphans

    def forget_retained(self) -> None:
        """Drop what is remembered, because the broker is about to send it again."""
        for interest in self:
            interest.retained.clear()

    def dispatch(self, message: Message, numbers: Iterable[int], *, kept: bool) -> None:
        """Pass a message to the readers of the filters with these numbers, or of all that match if there are none.

        Args:
            message: What arrived.
            numbers: Filters that the broker names as the reason.
            kept: Whether the broker keeps this message for later subscribers.
        """
        found = [self._by_number[number] for number in numbers if number in self._by_number]
        if not numbers:
            found = [interest for interest in self if matches(interest.pattern, message.topic)]
        for interest in found:
            if kept and message.payload:
                interest.retained[message.topic] = Message(message.topic, message.payload, retained=True)
            elif kept:
                interest.retained.pop(message.topic, None)
        _hand_over(message, dict.fromkeys(reader for interest in found for reader in interest.readers))

    def fail(self, error: BusError) -> None:
        """Make all subscriptions fail."""
        for reader in self.readers():
            reader.fail(error)

    def _interest(self, pattern: str) -> Interest:
        if pattern not in self._by_pattern:
            interest = Interest(pattern, next(self._numbers))
            self._by_pattern[pattern] = interest
            self._by_number[interest.number] = interest
        return self._by_pattern[pattern]


def _hand_over(message: Message, readers: Iterable[Subscription]) -> None:
    for reader in readers:
        if not reader.offer(message):
            reader.fail(SlowSubscriberError(reader.filters, "its queue is full, and the broker does not wait"))
