from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from intents import builders
from intents.assets import OPTION_UNIT, USDC_UNIT
from intents.boundary import MAX_TIME_MS
from intents.errors import UnboundedLossError
from intents.intent import LOT, MAX_LIMIT, MAX_QUANTITY, Intent, SignedIntent
from intents.wants import Knot, Payoff

MakeIntent = Callable[..., Intent]

quantities = st.integers(1, 10**6).map(lambda lots: lots * LOT)
limits = st.integers(-MAX_LIMIT, MAX_LIMIT)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"quantity": 0}, "positive multiple"),
        ({"quantity": -LOT}, "must not be negative"),
        ({"quantity": LOT + 1}, "positive multiple"),
        ({"quantity": MAX_QUANTITY + LOT}, "beyond any sense"),
        ({"limit": MAX_LIMIT + 1}, "beyond any sense"),
        ({"limit": -MAX_LIMIT - 1}, "beyond any sense"),
        ({"minimum": OPTION_UNIT + LOT}, "larger than the quantity"),
        ({"valid_from_ms": 2_000}, "must be later"),
        ({"valid_from_ms": -1}, "greater than or equal to 0"),
        ({"valid_until_ms": MAX_TIME_MS + 1}, "less than or equal"),
        ({"nonce": -1}, "must not be negative"),
        ({"nonce": 2**256}, "256 bits"),
        ({"owner": "0x12"}, "match pattern"),
        ({"owner": "0x" + "1" * 40 + "\n"}, "match pattern"),
        ({"home": "solana:mainnet"}, "match pattern"),
        ({"home": "eip155:01"}, "match pattern"),
        ({"fill": "whatever"}, "all_or_none"),
        ({"chains": tuple("abcdefghijklmnopq")}, "at most 16"),
        ({"venues": tuple(str(i) for i in range(65))}, "at most 64"),
        ({"tip": 1}, "Extra inputs"),
    ],
)
def test_terms_that_make_no_sense_are_refused(make_intent: MakeIntent, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        make_intent(**changes)


@pytest.mark.parametrize("want", [builders.hedge("27MAR20", 130), builders.vertical("27MAR20", 130, 110, "P")])
def test_intent_round_trips_through_json(make_intent: MakeIntent, want: object) -> None:
    intent = make_intent(want=want, chains=("eip155:1", "eip155:10"), venues=("clob",))

    assert Intent.model_validate_json(intent.model_dump_json()) == intent


@given(limits, quantities)
def test_debit_is_rounded_in_favour_of_the_owner(make_intent: MakeIntent, limit: int, quantity: int) -> None:
    exact = limit * quantity
    allowed = make_intent(limit=limit, quantity=quantity).max_debit(quantity)

    assert allowed * OPTION_UNIT <= exact < (allowed + 1) * OPTION_UNIT


@given(quantities, quantities)
def test_debits_of_parts_never_exceed_the_debit_of_the_whole(make_intent: MakeIntent, one: int, other: int) -> None:
    intent = make_intent(limit=7_777_777, quantity=one + other)

    assert intent.max_debit(one) + intent.max_debit(other) <= intent.max_debit(one + other)


@given(quantities)
def test_collateral_is_rounded_up_so_that_it_always_suffices(make_intent: MakeIntent, quantity: int) -> None:
    lowest = -131_000_007
    floor = Payoff(expiry="27MAR20", knots=(Knot(price=0, value=lowest),), left_slope=0, right_slope=0)
    intent = make_intent(want=floor, quantity=quantity)
    exact = -lowest * quantity

    assert exact <= intent.collateral(quantity) * OPTION_UNIT < exact + OPTION_UNIT


def test_escrow_is_collateral_and_the_largest_debit(make_intent: MakeIntent) -> None:
    seller = make_intent(want=builders.single("ETH-27MAR20-130-P", ratio=-1), limit=-5 * USDC_UNIT)

    assert seller.escrow(OPTION_UNIT) == 125 * USDC_UNIT
    assert make_intent().escrow(OPTION_UNIT) == 5 * USDC_UNIT


def test_escrow_is_never_negative(make_intent: MakeIntent) -> None:
    rich = make_intent(want=builders.single("ETH-27MAR20-130-P", ratio=-1), limit=-200 * USDC_UNIT)

    assert rich.escrow(OPTION_UNIT) == 0


def test_want_with_an_unbounded_loss_has_no_collateral(make_intent: MakeIntent) -> None:
    naked = make_intent(want=builders.single("ETH-27MAR20-130-C", ratio=-1))

    with pytest.raises(UnboundedLossError, match="buy a call or ether"):
        naked.collateral(OPTION_UNIT)


@pytest.mark.parametrize("signature", ["", "0x", "0x" + "0" * 129, "0x" + "G" * 130, "0x" + "A" * 130])
def test_signature_that_is_not_65_bytes_of_lower_case_hex_is_refused(make_intent: MakeIntent, signature: str) -> None:
    with pytest.raises(ValidationError, match="match pattern"):
        SignedIntent(intent=make_intent(), signature=signature)
