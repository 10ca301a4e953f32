"""Canonical JSON and content ids.

Two parties that hold the same content compute the same id: keys sorted, no white space, no floats.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Final, TypeAlias

import orjson
from pydantic import BaseModel

Json: TypeAlias = bool | int | str | Sequence["Json"] | Mapping[str, "Json"] | None
"""What canonical JSON may hold. Floats are left out: they do not print alike everywhere."""


_FAST: Final = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
"""Writes the same bytes, more slowly, and whole numbers of any size."""

_PLAIN: Final = frozenset({str, int, bool, type(None)})
"""What holds nothing that would have to be looked into."""


def canonical_bytes(content: Json) -> bytes:
    """Return the one byte string that stands for `content`.

    Raises:
        TypeError: if `content` holds a float, a key that is no string, or anything else that is not JSON.
    """
    _check(content)
    try:
        return orjson.dumps(content, option=_FAST)
    except TypeError:
        _check_keys(content)
        return _ENCODER.encode(content).encode()


def content_id(content: Json) -> str:
    """Return the SHA-256 of the canonical bytes, in lower-case hex."""
    return hashlib.sha256(canonical_bytes(content)).hexdigest()


def model_bytes(model: BaseModel) -> bytes:
    """Return the canonical bytes of a boundary model."""
    return canonical_bytes(model.model_dump(mode="json"))


def _check(content: object) -> None:
    """Refuse what the fast library would write although it is not JSON, or not the same everywhere."""
    if type(content) in _PLAIN:
        return
    values: Collection[object] = content.values() if type(content) is dict else _values(content)
    for value in values:
        if type(value) not in _PLAIN:
            _check(value)


def _values(content: object) -> Collection[object]:
    """Return what is in a container of any type; nothing of a string or number of a type of its own."""
    if type(content) is list:
        return content
    if isinstance(content, float):
        raise TypeError(f"canonical JSON holds no floats: {content!r}; write it as an integer or a decimal string")
    if isinstance(content, Mapping):
        return content.values()
    if isinstance(content, str | int):
        return ()
    if isinstance(content, Sequence) and not isinstance(content, bytes):
        return content
    raise TypeError(f"canonical JSON does not hold {type(content).__name__}: {content!r}")


def _check_keys(content: object) -> None:
    """Refuse keys that are no strings: the slower library would write 1 and "1" alike."""
    if isinstance(content, Mapping):
        for key, value in content.items():
            if not isinstance(key, str):
                raise TypeError(f"canonical JSON has strings as keys: {key!r}")
            _check_keys(value)
    elif isinstance(content, Sequence) and not isinstance(content, str):
        for value in content:
            _check_keys(value)
