"""Sealed, signed messages: who wrote it is proved, and nobody reads it before the addressee opens it.

The author signs with Ed25519; text and signature are then sealed to the addressee's X25519 key. Ciphertexts are
random by construction, so only plaintexts have content ids.

What everybody may read is signed alone: the signature in hex, a line break, and the text. It covers the topic as well,
so that a message counts nowhere but where it was sent.
"""

from dataclasses import dataclass
from typing import Final

from nacl.encoding import HexEncoder
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.signing import SigningKey, VerifyKey

from intents.errors import SealError

SIGNATURE_BYTES: Final = 64

_HEX: Final = 2 * SIGNATURE_BYTES


@dataclass(frozen=True, slots=True)
class Author:
    """A signing identity."""

    key: SigningKey

    @classmethod
    def from_seed(cls, seed: bytes) -> "Author":
        """Return the identity of a 32-byte seed."""
        return cls(SigningKey(seed))

    @classmethod
    def new(cls) -> "Author":
        """Return an identity that nobody can guess. No decision of a run may depend on it."""
        return cls(SigningKey.generate())

    @property
    def public(self) -> str:
        """Public key in hex."""
        return self.key.verify_key.encode(HexEncoder).decode()

    @property
    def secret(self) -> str:
        """What the identity can be made from again, in hex."""
        return self.key.encode(HexEncoder).decode()

    def sign(self, text: bytes, topic: str) -> bytes:
        """Return `text` as this author sends it on a topic."""
        signature = self.key.sign(_covered(text, topic)).signature
        return signature.hex().encode() + b"\n" + text

    def seal(self, text: bytes, addressee: str) -> bytes:
        """Return `text`, signed by this author and sealed to the public key `addressee` (hex).

        Raises:
            SealError: if the addressee is no public key.
        """
        signed = self.key.sign(text)
        try:
            return bytes(SealedBox(PublicKey(addressee.encode(), HexEncoder)).encrypt(bytes(signed)))
        except (CryptoError, ValueError) as error:
            raise SealError(f"no message can be sealed to this addressee: {error}") from None


@dataclass(frozen=True, slots=True)
class Letterbox:
    """A key pair that sealed messages are addressed to."""

    key: PrivateKey

    @classmethod
    def from_seed(cls, seed: bytes) -> "Letterbox":
        """Return the key pair of a 32-byte seed."""
        return cls(PrivateKey.from_seed(seed))

    @classmethod
    def new(cls) -> "Letterbox":
        """Return a key pair that nobody can guess. No decision of a run may depend on it."""
        return cls(PrivateKey.generate())

    @property
    def public(self) -> str:
        """Public key in hex."""
        return self.key.public_key.encode(HexEncoder).decode()

    def open(self, sealed: bytes, author: str) -> bytes:
        """Return the text of a message that the public key `author` (hex) signed.

        Raises:
            SealError: if it was sealed to somebody else, altered, or signed by somebody else.
        """
        try:
            signed = SealedBox(self.key).decrypt(sealed)
            return bytes(VerifyKey(author.encode(), HexEncoder).verify(signed))
        except (CryptoError, ValueError) as error:
            raise SealError(f"sealed message does not open: {error}") from None


def text_of(payload: bytes, topic: str, author: str) -> bytes:
    """Return the text of a message on a topic that the public key `author` (hex) signed.

    Raises:
        SealError: if it was altered, signed by somebody else, or sent on another topic.
    """
    signature, text = payload[:_HEX], payload[_HEX + 1 :]
    try:
        VerifyKey(author.encode(), HexEncoder).verify(_covered(text, topic), bytes.fromhex(signature.decode()))
    except (CryptoError, ValueError, TypeError) as error:
        raise SealError(f"message is not signed by who should have sent it: {error}") from None
    return text


def _covered(text: bytes, topic: str) -> bytes:
    """Return what a signature covers."""
    return topic.encode() + b"\n" + text
