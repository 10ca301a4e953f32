import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.bus.filters import MAX_TOPIC_BYTES, check_filter, check_topic, matches
from intents.errors import InvalidTopicError

levels = st.text(st.characters(codec="utf-8", exclude_characters="+#/\0$"), max_size=4)
topics = st.lists(levels, min_size=1, max_size=5).map("/".join).filter(bool)


@pytest.mark.parametrize(
    ("pattern", "topic"),
    [
        # Examples of sections 4.7.1.2, 4.7.1.3 and 4.7.2 of the MQTT 5 specification.
        ("sport/tennis/player1/#", "sport/tennis/player1"),
        ("sport/tennis/player1/#", "sport/tennis/player1/ranking"),
        ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon"),
        ("sport/#", "sport"),
        ("#", "sport/tennis"),
        ("sport/tennis/+", "sport/tennis/player1"),
        ("sport/+", "sport/"),
        ("+/+", "/finance"),
        ("/+", "/finance"),
        ("$SYS/#", "$SYS/monitor"),
        ("$SYS/monitor/+", "$SYS/monitor/Clients"),
    ],
)
def test_filter_matches_as_the_specification_says(pattern: str, topic: str) -> None:
    assert matches(pattern, topic)


@pytest.mark.parametrize(
    ("pattern", "topic"),
    [
        ("sport/tennis/+", "sport/tennis/player1/ranking"),
        ("sport/+", "sport"),
        ("+", "/finance"),
        ("#", "$SYS/monitor"),
        ("+/monitor/Clients", "$SYS/monitor/Clients"),
        ("sport/tennis/player1/#", "sport/tennis"),
        ("a", "A"),
        ("a", "a/"),
    ],
)
def test_filter_does_not_match_as_the_specification_says(pattern: str, topic: str) -> None:
    assert not matches(pattern, topic)


@given(topics)
def test_every_topic_is_a_filter_that_matches_itself(topic: str) -> None:
    assert matches(check_filter(check_topic(topic)), topic)


@given(topics, st.data())
def test_plus_matches_whatever_stands_at_its_level(topic: str, data: st.DataObject) -> None:
    parts = topic.split("/")
    parts[data.draw(st.integers(0, len(parts) - 1))] = "+"

    assert matches(check_filter("/".join(parts)), topic)


@given(topics, topics)
def test_filters_without_wildcards_match_equal_topics_only(one: str, other: str) -> None:
    assert matches(one, other) == (one == other)


@pytest.mark.parametrize("pattern", ["", "sport/tennis#", "sport/tennis/#/ranking", "sport+", "+a/b", "#/#", "a\0b"])
def test_malformed_filters_are_refused(pattern: str) -> None:
    with pytest.raises(InvalidTopicError, match="is not a topic filter"):
        check_filter(pattern)


@pytest.mark.parametrize("topic", ["", "a/+", "a/#", "a+b", "a\0", "\ud800", "x" * (MAX_TOPIC_BYTES + 1)])
def test_topics_with_wildcards_or_forbidden_text_are_refused(topic: str) -> None:
    with pytest.raises(InvalidTopicError, match="is not a topic without wildcards"):
        check_topic(topic)


def test_refusal_of_a_long_topic_is_a_short_line() -> None:
    with pytest.raises(InvalidTopicError) as refusal:
        check_topic("x" * 100_000)

    assert len(str(refusal.value)) < 200
