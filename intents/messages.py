"""Messages between users and the auctioneer, and how payloads become messages."""

from typing import Final, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError

from intents.boundary import Boundary
from intents.canonical import model_bytes
from intents.errors import MalformedMessageError
from intents.intent import SignedIntent

MAX_PAYLOAD: Final = 256 << 10
"""Largest payload of a user's message, in bytes."""

MAX_PLACE: Final = 80
"""Longest description of a place in a payload, in characters."""

MAX_REASON: Final = 160
"""Longest reason why a payload is refused, in characters."""

CLIENT_PATTERN: Final = r"^[-_a-zA-Z0-9]{1,64}$"
HASH_PATTERN: Final = r"^[0-9a-f]{64}$"

_Model = TypeVar("_Model", bound=BaseModel)


class Submission(Boundary):
    """A user's intent on its way to the auctioneer."""

    kind: Literal["submission"] = "submission"
    client: str = Field(pattern=CLIENT_PATTERN)
    """Who sends it, and where the receipt goes."""

    signed: SignedIntent


class Cancellation(Boundary):
    """An owner's wish that an intent be given up."""

    kind: Literal["cancellation"] = "cancellation"
    client: str = Field(pattern=CLIENT_PATTERN)
    intent_id: str = Field(pattern=HASH_PATTERN)
    owner: str = Field(pattern=r"^0x[0-9a-fA-F]{40}$")
    signature: str = Field(pattern=r"^0x[0-9a-f]{130}$")
    """EIP-712 signature of `CancelIntent`, 65 bytes r, s, v in hex."""


class Receipt(Boundary):
    """The answer to one message: that it arrived, and what became of it."""

    kind: Literal["receipt"] = "receipt"
    message_id: str = Field(pattern=HASH_PATTERN)
    """SHA-256 of the payload that it answers."""

    accepted: bool
    code: str = Field(default="", max_length=64)
    """What was decided, in one word for programs."""

    detail: str = Field(default="", max_length=500)
    """The same in one line for people."""

    intent_id: str | None = Field(default=None, pattern=HASH_PATTERN)


def encode(message: BaseModel) -> bytes:
    """Return the payload of a message: its canonical bytes."""
    return model_bytes(message)


def decode(model_type: type[_Model], payload: bytes, *, limit: int = MAX_PAYLOAD) -> _Model:
    """Return the message that a payload holds.

    Args:
        model_type: What it should be.
        payload: What somebody sent.
        limit: Largest payload that is looked at, in bytes.

    Raises:
        MalformedMessageError: if it is anything else; one short line that says what is wrong and where.
    """
    what = model_type.__name__.lower()
    if len(payload) > limit:
        raise MalformedMessageError(what, "", f"{len(payload)} bytes are more than the {limit} allowed")
    try:
        return model_type.model_validate_json(payload)
    except ValidationError as error:
        where, why = _first_fault(error)
    raise MalformedMessageError(what, where, why)


def _first_fault(error: ValidationError) -> tuple[str, str]:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return _line(".".join(str(step) for step in first["loc"]), MAX_PLACE), _line(first["msg"], MAX_REASON)


def _line(text: str, longest: int) -> str:
    # Names and tags in the text are the sender's, so they may be long or hold control characters.
    shown = "".join(char if char.isprintable() else "?" for char in text[: longest + 1])
    return shown if len(shown) <= longest else shown[: longest - 3] + "..."
