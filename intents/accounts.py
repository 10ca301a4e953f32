"""Accounts on chains by their chain-agnostic names, after [CAIP-10].

[CAIP-10]: https://chainagnostic.org/CAIPs/caip-10
"""

import re
from dataclasses import dataclass

from intents.assets import ChainId
from intents.errors import InvalidSymbolError

_ACCOUNT = re.compile(r"([-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}):([-.%a-zA-Z0-9]{1,128})\Z")


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """One account on one chain."""

    chain: ChainId
    address: str
    """As the chain writes it; the same account may have several spellings."""

    def __str__(self) -> str:
        """Return the CAIP-10 identifier."""
        return f"{self.chain}:{self.address}"

    @classmethod
    def parse(cls, text: str) -> "Account":
        """Return the account that a CAIP-10 identifier names.

        Raises:
            InvalidSymbolError: if it does not have the form of CAIP-10.
        """
        match = _ACCOUNT.match(text)
        if match is None:
            raise InvalidSymbolError(text, "a CAIP-10 account id such as eip155:1:0xab16...")
        return cls(ChainId(match[1]), match[2])
