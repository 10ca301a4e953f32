"""Addresses bound to a chain, as bytes: interoperable addresses, version 1 ([ERC-7930]).

A chain and an address stand behind a version, each with its length before it; one of the two may be missing. The form
is canonical where [CAIP-10] is not: equal bytes, equal account. What the bytes of a chain and an address mean is up
to the kind of chain; Ethereum's kind is known here, of others the bytes are kept as they are.

[CAIP-10]: https://chainagnostic.org/CAIPs/caip-10
[ERC-7930]: https://eips.ethereum.org/EIPS/eip-7930
"""

import re
from dataclasses import dataclass
from typing import Final

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from intents.accounts import Account
from intents.assets import ChainId
from intents.errors import InvalidSymbolError

VERSION: Final = 1
EIP155: Final = 0
"""Chain type of Ethereum and its like."""

NAMESPACE: Final = "eip155"
"""CAIP-2 namespace of that type."""

CHECKSUM_BYTES: Final = 4
LONGEST: Final = 255
"""Most bytes of a chain reference or of an address."""

_HEX = re.compile(r"0x((?:[0-9a-fA-F]{2})+)\Z")
_EIP155_CHAIN = re.compile(r"eip155:(0|[1-9][0-9]{0,31})\Z")
_EIP155_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}\Z")
_EXPECTED: Final = "an interoperable address of version 1 such as 0x00010000010114d8da..."


@dataclass(frozen=True, slots=True, order=True)
class InteroperableAddress:
    """A chain, an address, or an address on a chain."""

    chain_type: int
    chain_reference: bytes = b""
    """Empty if no chain is named."""

    address: bytes = b""
    """Empty if only a chain is named."""

    def __post_init__(self) -> None:
        longest = max(len(self.chain_reference), len(self.address))
        is_padded = self.chain_type == EIP155 and len(self.chain_reference) > 1 and self.chain_reference[0] == 0
        is_empty = not self.chain_reference and not self.address
        if not 0 <= self.chain_type < 1 << 16 or longest > LONGEST or is_padded or is_empty:
            raise InvalidSymbolError(repr(self), _EXPECTED)

    def __bytes__(self) -> bytes:
        """Return the binary form."""
        return VERSION.to_bytes(2, "big") + self._payload()

    def __str__(self) -> str:
        """Return the binary form in hexadecimal."""
        return "0x" + bytes(self).hex()

    @property
    def checksum(self) -> str:
        """Four bytes by which people tell addresses apart, as eight hexadecimal digits."""
        return keccak(self._payload())[:CHECKSUM_BYTES].hex().upper()

    @property
    def chain(self) -> ChainId | None:
        """CAIP-2 id of the chain, if one is named and its kind is known here."""
        if self.chain_type != EIP155 or not self.chain_reference:
            return None
        text = f"{NAMESPACE}:{int.from_bytes(self.chain_reference, 'big')}"
        return ChainId(text) if _EIP155_CHAIN.match(text) else None

    @property
    def account(self) -> Account | None:
        """The account, if both parts are there and their kind is known here; the address as in EIP-55."""
        chain = self.chain
        return Account(chain, to_checksum_address(self.address)) if chain and len(self.address) == 20 else None

    @classmethod
    def of(cls, account: Account) -> "InteroperableAddress":
        """Return the address of an account on an Ethereum chain.

        Raises:
            InvalidSymbolError: if the account is on another kind of chain, or is not 20 bytes in hexadecimal.
        """
        match = _EIP155_CHAIN.match(account.chain)
        if match is None or not _EIP155_ADDRESS.match(account.address):
            raise InvalidSymbolError(str(account), "an account on an eip155 chain")
        number = int(match[1])
        reference = number.to_bytes(max((number.bit_length() + 7) // 8, 1), "big")
        return cls(EIP155, reference, bytes.fromhex(account.address[2:]))

    @classmethod
    def parse(cls, text: str) -> "InteroperableAddress":
        """Return the address that a text in hexadecimal names.

        Raises:
            InvalidSymbolError: if it is not one of version 1.
        """
        match = _HEX.match(text)
        if match is None:
            raise InvalidSymbolError(text, _EXPECTED)
        return cls.decode(bytes.fromhex(match[1]))

    @classmethod
    def decode(cls, data: bytes) -> "InteroperableAddress":
        """Return the address that bytes name.

        Raises:
            InvalidSymbolError: if they are not one of version 1.
        """
        chain_end = 5 + data[4] if len(data) > 5 else 0
        end = chain_end + 1 + data[chain_end] if 0 < chain_end < len(data) else 0
        if not end or end != len(data) or int.from_bytes(data[:2], "big") != VERSION:
            raise InvalidSymbolError("0x" + data.hex(), _EXPECTED)
        return cls(int.from_bytes(data[2:4], "big"), data[5:chain_end], data[chain_end + 1 :])

    def _payload(self) -> bytes:
        """Return everything but the version."""
        chain = bytes([len(self.chain_reference)]) + self.chain_reference
        return self.chain_type.to_bytes(2, "big") + chain + bytes([len(self.address)]) + self.address
