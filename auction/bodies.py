"""Bodies of events as they stand in a ledger, read with care: the file may have been tampered with."""

import json
import re
from itertools import accumulate
from typing import Final

from intents.canonical import Json

MOST_NESTED: Final = 100
"""Deepest nesting of a body: far more than any event has."""

_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_MARK: Final = re.compile(r"[][{}]")


def parsed(body: str) -> Json:
    """Return the content of a body.

    Raises:
        ValueError: if it is no JSON, or nested so deeply that reading it would exhaust the stack.
    """
    if body.count("[") + body.count("{") > MOST_NESTED:
        marks = _MARK.findall(_STRING.sub("", body))
        if max(accumulate(1 if mark in "[{" else -1 for mark in marks), default=0) > MOST_NESTED:
            raise ValueError(f"it is nested more than {MOST_NESTED} deep")
    content: Json = json.loads(body)
    return content
