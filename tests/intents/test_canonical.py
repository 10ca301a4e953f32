import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.canonical import Json, canonical_bytes, content_id, model_bytes
from intents.lifecycle import IntentEvent, State


@dataclass
class Head:
    """Something that is no JSON."""

    length: int = 0


texts = st.text(st.characters(codec="utf-8"), max_size=8)
contents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**300), 2**300) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def reordered(content: Json) -> Json:
    if isinstance(content, dict):
        return {key: reordered(content[key]) for key in reversed(content)}
    return [reordered(value) for value in content] if isinstance(content, list) else content


@given(contents)
def test_canonical_bytes_do_not_depend_on_the_order_of_keys(content: Json) -> None:
    assert canonical_bytes(reordered(content)) == canonical_bytes(content)


@given(contents)
def test_canonical_bytes_keep_the_content(content: Json) -> None:
    assert json.loads(canonical_bytes(content)) == content


@given(contents)
def test_canonical_bytes_are_those_of_the_standard_library(content: Json) -> None:
    written = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    assert canonical_bytes(content) == written.encode()


@pytest.mark.parametrize("text", ["\x00\x1f\x7f\u2028", '\b\f\n\r\t"\\/', "\U0001f600é"])
def test_characters_are_escaped_as_the_standard_library_does(text: str) -> None:
    assert canonical_bytes({text: text}) == json.dumps({text: text}, separators=(",", ":"), ensure_ascii=False).encode()


def test_canonical_bytes_have_sorted_keys_no_white_space_and_plain_utf8() -> None:
    assert canonical_bytes({"b": [1, True, None], "a": "ü"}) == '{"a":"ü","b":[1,true,null]}'.encode()


@pytest.mark.parametrize("content", [1.0, [1.0], {"a": {"b": (1, 2.5)}}, float("nan")])
def test_floats_are_refused_wherever_they_are(content: Json) -> None:
    with pytest.raises(TypeError, match="no floats"):
        canonical_bytes(content)


@pytest.mark.parametrize("key", [1, True, None, 1.5])
def test_keys_that_are_no_strings_are_refused_because_json_would_change_them(key: object) -> None:
    with pytest.raises(TypeError, match="strings as keys"):
        canonical_bytes({key: 0})  # type: ignore[dict-item]


@pytest.mark.parametrize("content", [b"bytes", {1, 2}, object(), UUID(int=1), dt.date(2020, 3, 12), Head()])
def test_what_json_does_not_have_is_refused(content: object) -> None:
    with pytest.raises(TypeError):
        canonical_bytes(content)  # type: ignore[arg-type]


def test_content_id_is_the_sha256_of_the_canonical_bytes() -> None:
    assert content_id({"a": 1}) == hashlib.sha256(b'{"a":1}').hexdigest()


def test_model_id_is_the_content_id_of_what_the_model_sends() -> None:
    event = IntentEvent(intent_id="0" * 64, state=State.OPEN, time_ms=5, filled=2**200)
    sent: Json = {
        "intent_id": "0" * 64,
        "state": "open",
        "time_ms": 5,
        "reason": "",
        "cause": None,
        "filled": str(2**200),
    }

    assert model_bytes(event) == canonical_bytes(sent)
