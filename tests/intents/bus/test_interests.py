from intents.bus.bus import Message, Subscription
from intents.bus.interests import Interests


async def nothing(_: Subscription) -> None:
    """Do nothing."""


def subscription(*filters: str, capacity: int = 100) -> Subscription:
    return Subscription(filters, capacity=capacity, detach=nothing)


async def received(reader: Subscription) -> list[bytes]:
    payloads = []
    while message := await reader.receive(0):
        payloads.append(message.payload)
    return payloads


async def test_number_leads_to_its_readers_and_to_no_others() -> None:
    interests, one, other = Interests(), subscription("a/+"), subscription("a/b")
    (first,) = interests.add(one)
    interests.add(other)

    interests.dispatch(Message("a/b", b"x"), [first.number], kept=False)

    assert (await received(one), await received(other)) == ([b"x"], [])


async def test_message_without_numbers_is_matched() -> None:
    interests, one, other = Interests(), subscription("a/+"), subscription("c")
    interests.add(one)
    interests.add(other)

    interests.dispatch(Message("a/b", b"x"), [], kept=False)

    assert (await received(one), await received(other)) == ([b"x"], [])


async def test_message_with_several_numbers_reaches_a_reader_once() -> None:
    interests, reader = Interests(), subscription("a/+", "a/b")
    numbers = [interest.number for interest in interests.add(reader)]

    interests.dispatch(Message("a/b", b"x"), numbers, kept=False)

    assert await received(reader) == [b"x"]


async def test_message_for_a_filter_that_was_closed_is_nobodys() -> None:
    interests, gone, reader = Interests(), subscription("a"), subscription("a/#")
    (closed,) = interests.add(gone)
    interests.add(reader)
    interests.remove(gone)

    interests.dispatch(Message("a", b"late"), [closed.number], kept=False)

    assert (await received(gone), await received(reader)) == ([], [])


async def test_filter_is_left_when_its_last_reader_goes() -> None:
    interests, one, other = Interests(), subscription("a"), subscription("a", "b")
    interests.add(one)
    interests.add(other)

    assert interests.remove(one) == []
    assert [interest.pattern for interest in interests.remove(other)] == ["a", "b"]
    assert interests.remove(other) == []


async def test_filter_that_is_asked_for_again_has_another_number() -> None:
    interests, reader = Interests(), subscription("a")
    (before,) = interests.add(reader)
    interests.remove(reader)

    (after,) = interests.add(reader)

    assert after.number != before.number


async def test_kept_message_greets_later_readers_until_it_is_forgotten() -> None:
    interests, first, second, third = Interests(), subscription("a"), subscription("a"), subscription("a")
    (interest,) = interests.add(first)
    interests.dispatch(Message("a", b"state"), [interest.number], kept=True)

    interests.add(second)
    interests.forget_retained()
    interests.add(third)

    assert (await received(second), await received(third)) == ([b"state"], [])
