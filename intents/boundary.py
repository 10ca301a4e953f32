"""Boundary models: what is signed, sent, stored or read.

Whole numbers of base units exceed what JSON readers keep exactly, so they travel as decimal strings.
"""

import re
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema

MAX_AMOUNT: Final = 2**256 - 1
"""Largest amount a contract word can hold."""

MAX_SIGNED_AMOUNT: Final = 2**255 - 1
"""Largest amount a signed contract word can hold."""

MAX_TIME_MS: Final = 2**53 - 1
"""Latest instant, in Unix milliseconds: the largest number that every JSON reader keeps exactly."""

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,77})\Z")


def _whole_number(value: object) -> int:
    if isinstance(value, str) and _DECIMAL.fullmatch(value) and value != "-0":
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("must be a whole number of base units, as a decimal string")  # noqa: TRY004  pydantic's contract
    if abs(value) > MAX_AMOUNT:
        raise ValueError("does not fit in 256 bits")
    return value


def _signed_number(value: object) -> int:
    number = _whole_number(value)
    if not -MAX_SIGNED_AMOUNT <= number <= MAX_SIGNED_AMOUNT:
        raise ValueError("does not fit in a signed word of 256 bits")
    return number


def _natural_number(value: object) -> int:
    number = _whole_number(value)
    if number < 0:
        raise ValueError("must not be negative")
    return number


_TEXT = PlainSerializer(str, return_type=str, when_used="json")

SignedAmount = Annotated[
    int, BeforeValidator(_signed_number), _TEXT, WithJsonSchema({"type": "string", "pattern": "^-?(0|[1-9][0-9]*)$"})
]
"""A whole number of base units of either sign; a decimal string in JSON."""

Amount = Annotated[
    int, BeforeValidator(_natural_number), _TEXT, WithJsonSchema({"type": "string", "pattern": "^(0|[1-9][0-9]*)$"})
]
"""A whole number of base units, not negative; a decimal string in JSON."""


class Boundary(BaseModel):
    """Base of every model that crosses a boundary: frozen, strict, without unknown fields, infinity or NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
