"""EIP-712 signatures of cancellations: `CancelIntent(bytes32 intent)` in the domain of the intent's home chain.

The intent id is an EIP-712 digest in the same domain, so a cancellation fits exactly one intent on one chain.
"""

from typing import Final

from eth_account.messages import SignableMessage, encode_typed_data
from eth_account.signers.local import LocalAccount

from intents.errors import InvalidSignatureError
from intents.messages import Cancellation
from intents.signing import DOMAIN_TYPE, domain, recover

_TYPES: Final = {"EIP712Domain": DOMAIN_TYPE, "CancelIntent": [{"name": "intent", "type": "bytes32"}]}


def sign_cancellation(intent_id: str, home: str, account: LocalAccount, *, client: str) -> Cancellation:
    """Return the cancellation of an intent, signed by `account`.

    Args:
        intent_id: Which intent.
        home: The intent's home chain, such as `eip155:1`.
        account: Its owner.
        client: Who sends it.
    """
    signature = account.sign_message(_signable(intent_id, home)).signature.hex()
    return Cancellation(
        client=client,
        intent_id=intent_id,
        owner=account.address,
        signature="0x" + signature.removeprefix("0x"),
    )


def verify_cancellation(cancellation: Cancellation, home: str) -> None:
    """Do nothing if the owner that a cancellation names has signed it for a chain.

    Whether that is the owner of the intent is for the caller to compare.

    Raises:
        InvalidSignatureError: if somebody else made it, it is malformed, or it was made for another chain.
    """
    recovered = recover(_signable(cancellation.intent_id, home), cancellation.signature)
    if recovered != cancellation.owner:
        raise InvalidSignatureError(cancellation.owner, recovered)


def _signable(intent_id: str, home: str) -> SignableMessage:
    message = {"intent": bytes.fromhex(intent_id)}
    document = {"types": _TYPES, "primaryType": "CancelIntent", "domain": domain(home), "message": message}
    return encode_typed_data(full_message=document)
