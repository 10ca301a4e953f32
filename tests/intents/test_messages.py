import json
from collections.abc import Callable
from typing import Any

import pytest
from eth_account.signers.local import LocalAccount
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from intents.errors import InvalidSignatureError, MalformedMessageError
from intents.intent import Intent
from intents.messages import MAX_PAYLOAD, Cancellation, Receipt, Submission, decode, encode
from intents.signing import sign, verify

LONGEST_LINE = 400
BODY: dict[str, Any] = {"kind": "receipt", "message_id": "a" * 64, "accepted": True}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=10,
)


def refusal_of(model: type[BaseModel], payload: bytes) -> MalformedMessageError:
    with pytest.raises(MalformedMessageError) as refusal:
        decode(model, payload)
    return refusal.value


def assert_is_a_short_line(text: str) -> None:
    assert text.isprintable()
    assert len(text) <= LONGEST_LINE


@pytest.fixture
def submission(make_intent: Callable[..., Intent], account: LocalAccount) -> Submission:
    return Submission(client="alice", signed=sign(make_intent(), account))


@pytest.fixture
def body(submission: Submission) -> dict[str, Any]:
    content = json.loads(encode(submission))
    assert isinstance(content, dict)
    return content


def test_submission_arrives_as_it_was_sent(submission: Submission) -> None:
    arrived = decode(Submission, encode(submission))

    assert arrived == submission
    assert verify(arrived.signed) == verify(submission.signed)


@pytest.mark.parametrize("intent_id", [None, "b" * 64])
def test_receipt_arrives_as_it_was_sent(intent_id: str | None) -> None:
    receipt = Receipt(message_id="a" * 64, accepted=False, code="late", detail="too late", intent_id=intent_id)

    assert decode(Receipt, encode(receipt)) == receipt


def test_equal_messages_have_equal_payloads(submission: Submission) -> None:
    assert encode(decode(Submission, encode(submission))) == encode(submission)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "Invalid JSON"),
        (b"{", "Invalid JSON"),
        (b"\xff\xfe", "Invalid JSON"),
        (b'"\\ud800"', "Invalid JSON"),
        (b"[" * 100_000, "recursion limit"),
        (b'{"message_id":' + b"9" * 10_000 + b"}", "out of range"),
        (b"null", "should be an object"),
        (b"[]", "should be an object"),
        (b"{}", "Field required"),
        (json.dumps(BODY | {"accepted": "yes"}).encode(), "receipt is malformed at accepted: "),
        (json.dumps(BODY | {"kind": "award"}).encode(), "malformed at kind: Input should be 'receipt'"),
        (json.dumps(BODY | {"message_id": "A" * 64}).encode(), "malformed at message_id: "),
        (json.dumps(BODY | {"code": "x" * 65}).encode(), "malformed at code: "),
        (json.dumps(BODY | {"extra": 1}).encode(), "malformed at extra: Extra inputs are not permitted"),
    ],
)
def test_malformed_payload_is_refused_with_what_is_wrong_and_where(payload: bytes, reason: str) -> None:
    refusal = refusal_of(Receipt, payload)

    assert reason in str(refusal)
    assert_is_a_short_line(str(refusal))


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("signed", "intent", "quantity"), "0", "signed.intent"),
        (("signed", "intent", "quantity"), "-10000000000000000", "signed.intent.quantity"),
        (("signed", "intent", "quantity"), 1.5, "signed.intent.quantity"),
        (("signed", "intent", "want", "expiry"), "31FEB20", "signed.intent.want.payoff"),
        (("signed", "intent", "want", "kind"), "lottery", "signed.intent.want"),
        (("signed", "intent", "owner"), "me", "signed.intent.owner"),
        (("signed", "signature"), "0x", "signed.signature"),
        (("signed", "tip"), "1", "signed.tip"),
        (("client",), "a/b", "client"),
        (("client",), "+", "client"),
    ],
)
def test_malformed_submission_names_the_field(
    body: dict[str, Any], path: tuple[str, ...], value: object, place: str
) -> None:
    *parents, last = path
    inner = body
    for parent in parents:
        inner = inner[parent]
    inner[last] = value

    assert refusal_of(Submission, json.dumps(body).encode()).where == place


def test_submission_with_a_foreign_signature_decodes_but_does_not_verify(
    body: dict[str, Any], stranger: LocalAccount
) -> None:
    body["signed"]["intent"]["owner"] = stranger.address

    with pytest.raises(InvalidSignatureError):
        verify(decode(Submission, json.dumps(body).encode()).signed)


def test_payload_of_a_megabyte_is_refused_before_it_is_parsed() -> None:
    refusal = refusal_of(Submission, b"{" + b" " * (1 << 20))

    assert str(refusal) == f"submission is malformed: {(1 << 20) + 1} bytes are more than the {MAX_PAYLOAD} allowed"


def test_payload_of_the_largest_size_is_still_parsed() -> None:
    payload = encode(Receipt(message_id="a" * 64, accepted=True))
    padded = payload + b" " * (MAX_PAYLOAD - len(payload))

    assert decode(Receipt, padded).accepted
    assert "more than" in str(refusal_of(Receipt, padded + b" "))


def test_limit_can_be_set_for_messages_of_another_size() -> None:
    with pytest.raises(MalformedMessageError, match="more than the 10 allowed"):
        decode(Receipt, b" " * 11, limit=10)


@pytest.mark.parametrize("name", ["x" * 100_000, "a\nb\r\x1b[31m", "\u2028"])
def test_names_that_the_sender_chose_are_shown_short_and_printable(name: str) -> None:
    refusal = refusal_of(Receipt, json.dumps(BODY | {name: 1}).encode())

    assert_is_a_short_line(str(refusal))
    assert "Extra inputs" in str(refusal)


def test_tag_that_the_sender_chose_is_shown_short(body: dict[str, Any]) -> None:
    body["signed"]["intent"]["want"]["kind"] = "z" * 100_000

    assert_is_a_short_line(str(refusal_of(Submission, json.dumps(body).encode())))


@given(st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_nothing_but_a_message_or_one_refusal_comes_out_of_any_bytes(payload: bytes) -> None:
    for model in (Submission, Cancellation, Receipt):
        assert_is_a_short_line(str(refusal_of(model, payload)))


@given(st.data())
def test_nothing_but_a_message_or_one_refusal_comes_out_of_a_changed_submission(
    make_intent: Callable[..., Intent], account: LocalAccount, data: st.DataObject
) -> None:
    body = json.loads(encode(Submission(client="alice", signed=sign(make_intent(), account))))
    inner = data.draw(
        st.sampled_from([body, body["signed"], body["signed"]["intent"], body["signed"]["intent"]["want"]])
    )
    inner[data.draw(st.sampled_from(sorted(inner)) | st.text(max_size=5))] = data.draw(json_values)

    try:
        arrived = decode(Submission, json.dumps(body).encode())
    except MalformedMessageError as refusal:
        assert_is_a_short_line(str(refusal))
    else:
        assert decode(Submission, encode(arrived)) == arrived


def test_message_cannot_be_made_with_a_client_that_is_no_topic_level() -> None:
    with pytest.raises(ValidationError, match="client"):
        Cancellation(client="a/b", intent_id="a" * 64, owner="0x" + "1" * 40, signature="0x" + "0" * 130)
