from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.boundary import Boundary
from venues.chains.calldata import call_bytes, signed_bytes
from venues.chains.transaction import Transaction


@dataclass(frozen=True)
class Pay:
    whom: str
    amount: int
    notes: dict[str, int] = field(default_factory=dict)
    parts: tuple[int, ...] = ()
    gas: int = 21_000

    def apply(self, state: Any, block: Any) -> Any:
        raise AssertionError("nothing here is executed")


class Terms(Boundary):
    price: int
    memo: str | None = None


@dataclass(frozen=True)
class Agree:
    terms: Terms
    share: float
    names: frozenset[str]


def _words(data: bytes) -> list[int]:
    return [int.from_bytes(data[i : i + 32], "big") for i in range(4, len(data), 32)]


def test_a_call_is_a_selector_and_words() -> None:
    data = call_bytes(Pay("bob", -1, {"b": 2, "a": 1}, (7,)))

    assert len(data) % 32 == 4
    text = int.from_bytes(b"bob".ljust(32, b"\0"), "big")
    a, b = (int.from_bytes(name.ljust(32, b"\0"), "big") for name in (b"a", b"b"))
    assert _words(data) == [3, text, 2**256 - 1, 2, 1, a, 1, 1, b, 2, 1, 7, 21_000]


def test_models_fractions_and_sets_have_a_form_too() -> None:
    data = call_bytes(Agree(Terms(price=5), 0.5, frozenset({"z", "y"})))

    assert _words(data)[:3] == [5, 0, 5 * 10**17]
    assert data == call_bytes(Agree(Terms(price=5), 0.5, frozenset({"y", "z"})))


def test_what_has_no_fields_has_no_form() -> None:
    with pytest.raises(TypeError, match="object has no form on a chain"):
        call_bytes(object())


@given(st.integers(0, 10**20), st.integers(0, 10**9), st.text(max_size=20))
def test_a_transaction_is_its_call_in_an_envelope_of_about_a_hundred_bytes(fee: int, tip: int, name: str) -> None:
    call = Pay("bob", 1)
    data = signed_bytes(Transaction(id=name, sender="me", call=call, max_fee_wei=fee, tip_wei=tip))

    assert call_bytes(call) in data
    assert 85 <= len(data) - len(call_bytes(call)) <= 120


def test_equal_transactions_have_equal_bytes_and_others_have_not() -> None:
    one, same, other = (
        signed_bytes(Transaction(id=name, sender="me", call=Pay("bob", 1), max_fee_wei=1)) for name in ("a", "a", "b")
    )

    assert one == same != other
