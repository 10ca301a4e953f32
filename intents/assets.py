"""Assets and chains by their chain-agnostic names.

Identifiers follow [CAIP-2] (chains) and [CAIP-19] (assets on a chain).

[CAIP-2]: https://chainagnostic.org/CAIPs/caip-2
[CAIP-19]: https://chainagnostic.org/CAIPs/caip-19
"""

import re
from dataclasses import dataclass
from typing import Final, NewType

from intents.errors import InvalidSymbolError

ChainId = NewType("ChainId", str)
"""A CAIP-2 chain id, such as `eip155:1`."""

_CHAIN = re.compile(r"[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}\Z")
_ASSET = re.compile(
    r"([-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32})/([-a-z0-9]{3,8}):([-.%a-zA-Z0-9]{1,128})(?:/([-.%a-zA-Z0-9]{1,78}))?\Z"
)

USDC: Final = "USDC"
"""Symbol of the dollar token: premiums, limits and payoffs are in it."""

ETH: Final = "ETH"
"""Symbol of the underlying and of the gas token."""

USDC_UNIT: Final = 10**6
"""Base units in one USDC."""

ETH_UNIT: Final = 10**18
"""Wei in one ether."""

OPTION_UNIT: Final = 10**18
"""Base units in one option contract, which is written on one ether."""

PRICE_UNIT: Final = 10**8
"""Base units in one dollar of a price or a strike, as oracles report it."""


def parse_chain(text: str) -> ChainId:
    """Return `text` as a chain id.

    Raises:
        InvalidSymbolError: if it does not have the form of CAIP-2.
    """
    if not _CHAIN.match(text):
        raise InvalidSymbolError(text, "a CAIP-2 chain id such as eip155:1")
    return ChainId(text)


@dataclass(frozen=True, slots=True, order=True)
class Asset:
    """One kind of token on one chain."""

    chain: ChainId
    """Chain where it lives."""

    namespace: str
    """Kind of reference: `slip44` for a native coin, `erc20` for a token, `option` for a cleared series."""

    reference: str
    """Name within the namespace."""

    token: str | None = None
    """Token id, for assets that have one."""

    def __str__(self) -> str:
        """Return the CAIP-19 identifier."""
        suffix = f"/{self.token}" if self.token else ""
        return f"{self.chain}/{self.namespace}:{self.reference}{suffix}"

    @classmethod
    def parse(cls, text: str) -> "Asset":
        """Return the asset that a CAIP-19 identifier names.

        Raises:
            InvalidSymbolError: if it does not have the form of CAIP-19.
        """
        match = _ASSET.match(text)
        if match is None:
            raise InvalidSymbolError(text, "a CAIP-19 asset id such as eip155:1/slip44:60")
        chain, namespace, reference, token = match.groups()
        return cls(ChainId(chain), namespace, reference, token)


def asset_on(chain: ChainId, symbol: str) -> Asset:
    """Return the asset that a symbol of this package means on a chain: cash, ether, or an option series."""
    if symbol == ETH:
        return Asset(chain, "slip44", "60")
    if symbol == USDC:
        return Asset(chain, "token", USDC)
    return Asset(chain, "option", symbol)
