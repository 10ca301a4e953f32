import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from intents.boundary import MAX_AMOUNT, MAX_SIGNED_AMOUNT, Amount, Boundary, SignedAmount


class Sample(Boundary):
    amount: Amount = 0
    change: SignedAmount = 0
    count: int = 0


@given(st.integers(0, MAX_AMOUNT), st.integers(-MAX_SIGNED_AMOUNT, MAX_SIGNED_AMOUNT))
def test_amounts_round_trip_through_json_as_decimal_strings(amount: int, change: int) -> None:
    sample = Sample(amount=amount, change=change)
    text = sample.model_dump_json()

    assert json.loads(text) == {"amount": str(amount), "change": str(change), "count": 0}
    assert Sample.model_validate_json(text) == sample


@pytest.mark.parametrize(
    "text",
    ["", " 1", "1 ", "1\n", "+1", "01", "-0", "1.0", "1e3", "0x10", "1_000", "١", "nan", "-", "1" * 79, "true"],
)
def test_text_that_is_not_the_one_decimal_form_is_no_amount(text: str) -> None:
    with pytest.raises(ValidationError):
        Sample.model_validate_json(json.dumps({"change": text}))


@pytest.mark.parametrize("value", [1.0, True, None, [], {}])
def test_values_of_other_kinds_are_no_amounts(value: object) -> None:
    with pytest.raises(ValidationError, match="whole number of base units"):
        Sample.model_validate({"amount": value})


def test_amount_refuses_what_is_negative() -> None:
    with pytest.raises(ValidationError, match="must not be negative"):
        Sample(amount=-1)


def test_amount_refuses_what_a_contract_word_cannot_hold() -> None:
    with pytest.raises(ValidationError, match="256 bits"):
        Sample(amount=MAX_AMOUNT + 1)


@pytest.mark.parametrize("change", [MAX_SIGNED_AMOUNT + 1, -MAX_SIGNED_AMOUNT - 1])
def test_signed_amount_refuses_what_a_signed_contract_word_cannot_hold(change: int) -> None:
    with pytest.raises(ValidationError, match="signed word"):
        Sample(change=change)


def test_boundary_models_are_closed_to_unknown_fields() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Sample.model_validate_json('{"amont": "1"}')


def test_boundary_models_do_not_convert_between_types() -> None:
    with pytest.raises(ValidationError, match="valid integer"):
        Sample.model_validate_json('{"count": "1"}')


def test_boundary_models_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Sample().amount = 1


@pytest.mark.parametrize("kind", [Amount, SignedAmount])
def test_schema_says_that_amounts_travel_as_strings(kind: Any) -> None:
    schema = TypeAdapter(kind).json_schema()

    assert schema["type"] == "string"
