"""Sealed, signed messages: who wrote it is proved, and nobody reads it before the addressee opens it.

The author signs with Ed25519; text and signature are then sealed to the addressee's X25519 key. Ciphertexts are
random by construction, so only plaintexts have content ids.
"""

from dataclasses import dataclass
from typing import Final

from nacl.encoding import HexEncoder
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.signing import SigningKey, VerifyKey

from intents.errors import SealError

SIGNATURE_BYTES: Final = 64


@dataclass(frozen=True, slots=True)
class Author:
    """A signing identity."""

    key: SigningKey

    @classmethod
    def from_seed(cls, seed: bytes) -> "Author":
        """Return the identity of a 32-byte seed."""
        return cls(SigningKey(seed))

    @property
    def public(self) -> str:
        """Public key in hex."""
        return self.key.verify_key.encode(HexEncoder).decode()

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
