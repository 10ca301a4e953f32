"""EIP-712 signatures of intents.

Each kind of want has a primary type of its own, so that a wallet shows the user every term in clear.

[EIP-712]: https://eips.ethereum.org/EIPS/eip-712
"""

from functools import lru_cache
from typing import Any, Final

from eth_account import Account
from eth_account.messages import SignableMessage, encode_typed_data
from eth_account.signers.local import LocalAccount
from eth_utils.crypto import keccak

from intents.errors import InvalidSignatureError
from intents.intent import Intent, SignedIntent
from intents.wants import Exposure, Package

SETTLEMENT_CONTRACT: Final = "0x" + keccak(text="solvernet settlement v1")[-20:].hex()
"""Address of the escrow contract, the same on every chain, as a deterministic deployment gives it."""

DOMAIN_TYPE: Final = [
    {"name": "name", "type": "string"},
    {"name": "version", "type": "string"},
    {"name": "chainId", "type": "uint256"},
    {"name": "verifyingContract", "type": "address"},
]
"""Fields of the domain of every signature of this package."""

_TERMS: Final = [
    {"name": "owner", "type": "address"},
    {"name": "nonce", "type": "uint256"},
    {"name": "home", "type": "string"},
    {"name": "quantity", "type": "uint256"},
    {"name": "limit", "type": "int256"},
    {"name": "fill", "type": "string"},
    {"name": "minimum", "type": "uint256"},
    {"name": "validFromMs", "type": "uint64"},
    {"name": "validUntilMs", "type": "uint64"},
    {"name": "chains", "type": "string[]"},
    {"name": "venues", "type": "string[]"},
]

_LEG: Final = [{"name": "instrument", "type": "string"}, {"name": "ratio", "type": "int256"}]

_KNOT: Final = [{"name": "price", "type": "uint256"}, {"name": "value", "type": "int256"}]

_PACKAGE_TYPES: Final = {
    "EIP712Domain": DOMAIN_TYPE,
    "PackageIntent": [*_TERMS, {"name": "legs", "type": "Leg[]"}],
    "Leg": _LEG,
}

_PAYOFF_TYPES: Final = {
    "EIP712Domain": DOMAIN_TYPE,
    "PayoffIntent": [
        *_TERMS,
        {"name": "underlying", "type": "string"},
        {"name": "expiry", "type": "string"},
        {"name": "knots", "type": "Knot[]"},
        {"name": "leftSlope", "type": "int256"},
        {"name": "rightSlope", "type": "int256"},
    ],
    "Knot": _KNOT,
}

_EXPOSURE_TYPES: Final = {
    "EIP712Domain": DOMAIN_TYPE,
    "ExposureIntent": [
        *_TERMS,
        {"name": "underlying", "type": "string"},
        {"name": "expiry", "type": "string"},
        {"name": "mark", "type": "Mark"},
        {"name": "held", "type": "Holding[]"},
        {"name": "greeks", "type": "GreekBound[]"},
        {"name": "losses", "type": "LossBound[]"},
        {"name": "collateral", "type": "uint256"},
    ],
    "Mark": [
        {"name": "price", "type": "uint256"},
        {"name": "vol", "type": "uint256"},
        {"name": "atMs", "type": "uint64"},
    ],
    "Holding": [{"name": "instrument", "type": "string"}, {"name": "quantity", "type": "int256"}],
    "GreekBound": [
        {"name": "greek", "type": "string"},
        {"name": "low", "type": "int256"},
        {"name": "high", "type": "int256"},
    ],
    "LossBound": [
        {"name": "low", "type": "uint256"},
        {"name": "high", "type": "uint256"},
        {"name": "most", "type": "int256"},
    ],
}


def domain(home: str) -> dict[str, Any]:
    """Return the [EIP-712] domain of signatures about escrows on the chain `home`, such as `eip155:1`."""
    return {
        "name": "Solvernet",
        "version": "1",
        "chainId": int(home.removeprefix("eip155:")),
        "verifyingContract": SETTLEMENT_CONTRACT,
    }


def typed_data(intent: Intent) -> dict[str, Any]:
    """Return the [EIP-712] document that the owner signs, as wallets take it."""
    message, primary, types = _body(intent)
    return {
        "types": types,
        "primaryType": primary,
        "domain": domain(intent.home),
        "message": message,
    }


def intent_id(intent: Intent) -> str:
    """Return the EIP-712 digest of an intent, in lower-case hex: its name everywhere."""
    return digest(_signable(intent))


def sign(intent: Intent, account: LocalAccount) -> SignedIntent:
    """Return the intent with the signature of `account`, which must be its owner.

    Raises:
        InvalidSignatureError: if the account is not the owner, or the owner is not written in EIP-55 form.
    """
    if account.address != intent.owner:
        raise InvalidSignatureError(intent.owner, account.address)
    signature = account.sign_message(_signable(intent)).signature
    return SignedIntent(intent=intent, signature="0x" + signature.hex().removeprefix("0x"))


@lru_cache(maxsize=65_536)
def verify(signed: SignedIntent) -> str:
    """Return the id of a signed intent whose owner made the signature.

    The owner must be written as the address recovered, in EIP-55 form. The signature does not cover upper and lower
    case, so that another spelling would be another name for the same intent.

    Raises:
        InvalidSignatureError: if somebody else made it, it is malformed, or the owner is written otherwise.
    """
    message = _signable(signed.intent)
    recovered = recover(message, signed.signature)
    if recovered != signed.intent.owner:
        raise InvalidSignatureError(signed.intent.owner, recovered)
    return digest(message)


def digest(message: SignableMessage) -> str:
    """Return what is signed of a message, the Keccak-256 of its EIP-191 form, in lower-case hex."""
    return keccak(b"\x19" + message.version + message.header + message.body).hex()


def recover(message: SignableMessage, signature: str) -> str | None:
    """Return the address that made a signature, in EIP-55 form, or `None` if it is malformed."""
    try:
        return str(Account.recover_message(message, signature=signature))
    except Exception:  # noqa: BLE001  eth-account raises errors of three libraries for malformed curve points
        return None


def _signable(intent: Intent) -> SignableMessage:
    return encode_typed_data(full_message=typed_data(intent))


def _body(intent: Intent) -> tuple[dict[str, Any], str, dict[str, Any]]:
    terms: dict[str, Any] = {
        "owner": intent.owner,
        "nonce": intent.nonce,
        "home": intent.home,
        "quantity": intent.quantity,
        "limit": intent.limit,
        "fill": intent.fill,
        "minimum": intent.minimum,
        "validFromMs": intent.valid_from_ms,
        "validUntilMs": intent.valid_until_ms,
        "chains": list(intent.chains),
        "venues": list(intent.venues),
    }
    want = intent.want
    if isinstance(want, Package):
        legs = [{"instrument": leg.instrument, "ratio": leg.ratio} for leg in want.legs]
        return terms | {"legs": legs}, "PackageIntent", _PACKAGE_TYPES
    terms |= {"underlying": want.underlying, "expiry": want.expiry}
    if isinstance(want, Exposure):
        return terms | _exposure_terms(want), "ExposureIntent", _EXPOSURE_TYPES
    floor = {
        "knots": [{"price": knot.price, "value": knot.value} for knot in want.knots],
        "leftSlope": want.left_slope,
        "rightSlope": want.right_slope,
    }
    return terms | floor, "PayoffIntent", _PAYOFF_TYPES


def _exposure_terms(want: Exposure) -> dict[str, Any]:
    return {
        "mark": {"price": want.mark.price, "vol": want.mark.vol, "atMs": want.mark.at_ms},
        "held": [{"instrument": each.instrument, "quantity": each.quantity} for each in want.held],
        "greeks": [{"greek": each.greek, "low": each.low, "high": each.high} for each in want.greeks],
        "losses": [{"low": each.low, "high": each.high, "most": each.most} for each in want.losses],
        "collateral": want.collateral,
    }
