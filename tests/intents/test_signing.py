import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from intents import builders
from intents.assets import OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.boundary import MAX_TIME_MS
from intents.errors import InvalidSignatureError
from intents.intent import LOT, MAX_LIMIT, MAX_QUANTITY, Intent, SignedIntent
from intents.signing import digest, intent_id, recover, sign, typed_data, verify
from intents.wants import MAX_PRICE, Holding, Knot, Leg, Package, Payoff

MakeIntent = Callable[..., Intent]

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/signing/eip712_digests.json").read_text())
CASES = [pytest.param(case["message"], case["expected"], id=case["name"]) for case in VECTORS["cases"]]
COW = Account.from_key(keccak(text="cow"))

words = st.integers(-(2**255) + 1, 2**255 - 1)
symbols = st.builds("ETH-27MAR20-{}-{}".format, st.integers(1, 9_999_999), st.sampled_from(["C", "P"]))
packages = st.lists(symbols, min_size=1, max_size=8, unique=True).flatmap(
    lambda names: st.tuples(*(st.integers(-100, 100).filter(bool) for _ in names)).map(
        lambda ratios: Package(
            legs=tuple(Leg(instrument=name, ratio=ratio) for name, ratio in zip(names, ratios, strict=True))
        )
    )
)
payoffs = st.builds(
    lambda at, values, left, right: Payoff(
        expiry="27MAR20",
        knots=tuple(Knot(price=price, value=value) for price, value in zip(sorted(at), values, strict=False)),
        left_slope=left,
        right_slope=right,
    ),
    st.sets(st.integers(0, MAX_PRICE), min_size=1, max_size=16),
    st.lists(words, min_size=16, max_size=16),
    words,
    words,
)
intents = st.builds(
    Intent,
    owner=st.just("0x" + "1" * 40),
    nonce=st.integers(0, 2**256 - 1),
    home=st.integers(1, 10**18).map("eip155:{}".format),
    want=packages | payoffs,
    quantity=st.integers(1, MAX_QUANTITY // LOT).map(lambda lots: lots * LOT),
    limit=st.integers(-MAX_LIMIT, MAX_LIMIT),
    valid_from_ms=st.just(0),
    valid_until_ms=st.integers(1, MAX_TIME_MS),
    chains=st.lists(st.text(max_size=5), max_size=3).map(tuple),
)

EXPOSURE = builders.exposure(
    "27MAR20",
    builders.mark(130, 0.9, 1_000),
    [builders.delta(-1, 1), builders.most_loss(10, 100, 150)],
    held={"ETH-27MAR20-130-P": -1.5},
    collateral=50,
)
EXPOSURE_CHANGES: list[dict[str, Any]] = [
    {"expiry": "26JUN20", "held": ()},
    {"mark": builders.mark(131, 0.9, 1_000)},
    {"mark": builders.mark(130, 0.8, 1_000)},
    {"mark": builders.mark(130, 0.9, 1_001)},
    {"held": ()},
    {"held": (Holding(instrument="ETH-27MAR20-130-C", quantity=-3 * OPTION_UNIT // 2),)},
    {"held": (Holding(instrument="ETH-27MAR20-130-P", quantity=-OPTION_UNIT),)},
    {"greeks": (builders.vega(-1, 1),)},
    {"greeks": (builders.delta(-2, 1),)},
    {"greeks": (builders.delta(-1, 2),)},
    {"losses": (builders.most_loss(11, 100, 150),)},
    {"losses": (builders.most_loss(10, 101, 150),)},
    {"losses": (builders.most_loss(10, 100, 151),)},
    {"collateral": 51 * USDC_UNIT},
]

CHANGES: list[dict[str, Any]] = [
    {"owner": "0x" + "1" * 40},
    {"nonce": 2},
    {"home": "eip155:10"},
    {"want": builders.hedge("27MAR20", 131)},
    {"want": builders.hedge("26JUN20", 130)},
    {"want": builders.hedge("27MAR20", 130).model_copy(update={"left_slope": -USDC_UNIT + 1})},
    {"want": builders.hedge("27MAR20", 130).model_copy(update={"right_slope": 1})},
    {"want": builders.hedge("27MAR20", 130).model_copy(update={"knots": (Knot(price=130 * PRICE_UNIT, value=1),)})},
    {"want": builders.single("ETH-27MAR20-130-P")},
    {"want": EXPOSURE},
    {"quantity": OPTION_UNIT + LOT},
    {"limit": 5 * USDC_UNIT + 1},
    {"fill": "all_or_none"},
    {"minimum": LOT},
    {"valid_from_ms": 1_001},
    {"valid_until_ms": 2_001},
    {"chains": ("eip155:1",)},
    {"venues": ("eip155:1",)},
]


@pytest.mark.parametrize(("message", "expected"), CASES)
def test_digest_agrees_with_the_vectors(message: dict[str, Any], expected: dict[str, str]) -> None:
    signable = encode_typed_data(full_message=message)

    assert "0x" + signable.header.hex() == expected["domain_separator"]
    assert "0x" + signable.body.hex() == expected["struct_hash"]
    assert "0x" + digest(signable) == expected["digest"]


@pytest.mark.parametrize(("message", "expected"), CASES)
def test_address_is_recovered_from_the_signatures_of_the_vectors(
    message: dict[str, Any], expected: dict[str, str]
) -> None:
    signable = encode_typed_data(full_message=message)

    assert recover(signable, expected["signature_by_keccak_cow_key"]) == COW.address


def test_intent_id_is_what_the_wallet_signs(make_intent: MakeIntent, account: LocalAccount) -> None:
    intent = make_intent()
    signed = account.sign_typed_data(full_message=typed_data(intent))

    assert intent_id(intent) == bytes(signed.message_hash).hex()
    assert sign(intent, account).signature == "0x" + bytes(signed.signature).hex()


@given(intents)
def test_every_valid_intent_has_an_id(intent: Intent) -> None:
    assert len(intent_id(intent)) == 64


@given(intents)
def test_intent_keeps_its_id_through_json(intent: Intent) -> None:
    assert intent_id(Intent.model_validate_json(intent.model_dump_json())) == intent_id(intent)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_intent_changed_in_any_term_has_another_id(make_intent: MakeIntent, change: dict[str, Any]) -> None:
    assert intent_id(make_intent(**change)) != intent_id(make_intent())


def test_every_field_of_an_intent_is_among_the_changes_tried() -> None:
    assert {name for change in CHANGES for name in change} == set(Intent.model_fields)


@pytest.mark.parametrize("change", [{"instrument": "ETH-27MAR20-131-P"}, {"ratio": 2}])
def test_leg_changed_in_any_field_changes_the_id(make_intent: MakeIntent, change: dict[str, Any]) -> None:
    leg = Leg(instrument="ETH-27MAR20-130-P", ratio=1)
    before, after = (make_intent(want=Package(legs=(one,))) for one in (leg, leg.model_copy(update=change)))

    assert intent_id(after) != intent_id(before)


def test_bounds_changed_in_any_term_have_another_id(make_intent: MakeIntent) -> None:
    wants = [EXPOSURE, *(EXPOSURE.model_copy(update=change) for change in EXPOSURE_CHANGES)]

    assert len({intent_id(make_intent(want=want)) for want in wants}) == 1 + len(EXPOSURE_CHANGES)


def test_a_wallet_signs_bounds_as_the_library_does(make_intent: MakeIntent, account: LocalAccount) -> None:
    intent = make_intent(want=EXPOSURE)
    signed = account.sign_typed_data(full_message=typed_data(intent))

    assert sign(intent, account).signature == "0x" + bytes(signed.signature).hex()
    assert Intent.model_validate_json(intent.model_dump_json()) == intent


def test_names_moved_from_chains_to_venues_change_the_id(make_intent: MakeIntent) -> None:
    assert intent_id(make_intent(chains=("a", "b"))) != intent_id(make_intent(chains=("a",), venues=("b",)))


def test_signature_of_the_owner_is_accepted_and_names_the_intent(
    make_intent: MakeIntent, account: LocalAccount
) -> None:
    intent = make_intent()

    assert verify(sign(intent, account)) == intent_id(intent)


def test_account_that_is_not_the_owner_cannot_sign(make_intent: MakeIntent, stranger: LocalAccount) -> None:
    with pytest.raises(InvalidSignatureError) as refusal:
        sign(make_intent(), stranger)

    assert refusal.value.recovered == stranger.address


def test_signature_of_a_stranger_is_refused(
    make_intent: MakeIntent, account: LocalAccount, stranger: LocalAccount
) -> None:
    forged = sign(make_intent(owner=stranger.address), stranger).signature

    with pytest.raises(InvalidSignatureError, match="but the intent names") as refusal:
        verify(SignedIntent(intent=make_intent(), signature=forged))

    assert refusal.value.claimed == account.address


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_signature_of_an_intent_does_not_fit_the_intent_changed(
    make_intent: MakeIntent, account: LocalAccount, change: dict[str, Any]
) -> None:
    signature = sign(make_intent(), account).signature

    with pytest.raises(InvalidSignatureError):
        verify(SignedIntent(intent=make_intent(**change), signature=signature))


@settings(max_examples=30)
@given(st.binary(min_size=65, max_size=65))
def test_no_65_bytes_end_in_another_error_than_a_refusal(make_intent: MakeIntent, signature: bytes) -> None:
    signed = SignedIntent(intent=make_intent(), signature="0x" + signature.hex())

    with pytest.raises(InvalidSignatureError):
        verify(signed)


def test_malformed_signature_is_called_malformed(make_intent: MakeIntent) -> None:
    with pytest.raises(InvalidSignatureError, match="malformed") as refusal:
        verify(SignedIntent(intent=make_intent(), signature="0x" + "f" * 130))

    assert refusal.value.recovered is None


@pytest.mark.parametrize("spelling", [str.lower, lambda address: "0x" + address[2:].upper()])
def test_owner_in_another_spelling_is_refused_because_one_intent_has_one_owner(
    make_intent: MakeIntent, account: LocalAccount, spelling: Callable[[str], str]
) -> None:
    respelled = make_intent(owner=spelling(account.address))
    signature = sign(make_intent(), account).signature

    with pytest.raises(InvalidSignatureError, match="EIP-55"):
        verify(SignedIntent(intent=respelled, signature=signature))
    with pytest.raises(InvalidSignatureError, match="EIP-55"):
        sign(respelled, account)
