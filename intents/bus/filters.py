"""Topic names and topic filters of MQTT, and which filter matches which topic.

`+` stands for one level, a last `#` for all levels from there on, the level above included. Wildcards at the first
level do not match topics that begin with `$`. Source: sections 4.7.1 and 4.7.2 of [MQTT 5].

[MQTT 5]: https://docs.oasis-open.org/mqtt/mqtt/v5.0/mqtt-v5.0.html
"""

from typing import Final

from intents.errors import InvalidTopicError

MAX_TOPIC_BYTES: Final = 1024
"""Longest topic or filter, in bytes of UTF-8. The protocol allows 65,535; nothing here needs them."""


def check_topic(topic: str) -> str:
    """Return `topic` if messages can be published on it.

    Raises:
        InvalidTopicError: if it is empty, too long, or holds a wildcard or a character that UTF-8 or MQTT forbids.
    """
    if not _is_text(topic) or "+" in topic or "#" in topic:
        raise InvalidTopicError(topic, "a topic without wildcards")
    return topic


def check_filter(pattern: str) -> str:
    """Return `pattern` if it can be subscribed to.

    Raises:
        InvalidTopicError: if it is empty or too long, or a wildcard stands where it may not.
    """
    levels = pattern.split("/")
    misplaced = "#" in levels[:-1] or any(len(level) > 1 and ("+" in level or "#" in level) for level in levels)
    if misplaced or not _is_text(pattern):
        raise InvalidTopicError(pattern, "a topic filter such as a/+/c or a/#")
    return pattern


def matches(pattern: str, topic: str) -> bool:
    """Return whether a filter covers a topic; both must be well formed."""
    if topic.startswith("$") and pattern[0] in "+#":
        return False
    wanted, given = pattern.split("/"), topic.split("/")
    if wanted[-1] == "#":
        wanted = wanted[:-1]
        given = given[: len(wanted)]
    return len(wanted) == len(given) and all(want in ("+", have) for want, have in zip(wanted, given, strict=True))


def _is_text(text: str) -> bool:
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        return False
    return 0 < size <= MAX_TOPIC_BYTES and "\0" not in text
