from collections.abc import Callable

import pytest
from eth_account.signers.local import LocalAccount

from intents.cancelling import sign_cancellation, verify_cancellation
from intents.errors import InvalidSignatureError
from intents.intent import Intent
from intents.messages import decode, encode
from intents.signing import SETTLEMENT_CONTRACT, intent_id

HOME = "eip155:1"


@pytest.fixture
def target(make_intent: Callable[..., Intent]) -> str:
    return intent_id(make_intent())


def test_cancellation_of_the_owner_is_accepted_after_its_way_over_the_bus(target: str, account: LocalAccount) -> None:
    sent = sign_cancellation(target, HOME, account, client="alice")
    arrived = decode(type(sent), encode(sent))

    verify_cancellation(arrived, HOME)

    assert (arrived.intent_id, arrived.owner, arrived.client) == (target, account.address, "alice")


def test_cancellation_is_what_a_wallet_signs_for_cancel_intent(target: str, account: LocalAccount) -> None:
    signed = account.sign_typed_data(
        domain_data={"name": "Solvernet", "version": "1", "chainId": 1, "verifyingContract": SETTLEMENT_CONTRACT},
        message_types={"CancelIntent": [{"name": "intent", "type": "bytes32"}]},
        message_data={"intent": bytes.fromhex(target)},
    )

    assert sign_cancellation(target, HOME, account, client="alice").signature == "0x" + bytes(signed.signature).hex()


def test_cancellation_signed_by_a_stranger_in_the_owners_name_is_refused(
    target: str, account: LocalAccount, stranger: LocalAccount
) -> None:
    forged = sign_cancellation(target, HOME, stranger, client="mallory").model_copy(update={"owner": account.address})

    with pytest.raises(InvalidSignatureError):
        verify_cancellation(forged, HOME)


def test_cancellation_does_not_fit_another_intent(target: str, account: LocalAccount) -> None:
    other = sign_cancellation(target, HOME, account, client="alice").model_copy(update={"intent_id": "0" * 64})

    with pytest.raises(InvalidSignatureError):
        verify_cancellation(other, HOME)


def test_cancellation_does_not_fit_another_home_chain(target: str, account: LocalAccount) -> None:
    cancellation = sign_cancellation(target, HOME, account, client="alice")

    with pytest.raises(InvalidSignatureError):
        verify_cancellation(cancellation, "eip155:10")


def test_malformed_signature_is_refused(target: str, account: LocalAccount) -> None:
    cancellation = sign_cancellation(target, HOME, account, client="alice")

    with pytest.raises(InvalidSignatureError, match="malformed"):
        verify_cancellation(cancellation.model_copy(update={"signature": "0x" + "f" * 130}), HOME)
