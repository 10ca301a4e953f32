"""Ethereum in May 2021: still a first-price auction, with larger blocks.

Miners raised the gas limit to 15 million on 19 to 21 April 2021 [limits]; everything else is as a year before. London
came in August.

[limits]: https://blog.mycrypto.com/the-history-of-ethereums-block-size-block-gas-limit
"""

from dataclasses import replace
from typing import Final

from venues.chains.presets.ethereum_2020 import ETHEREUM_2020

ETHEREUM_2021: Final = replace(ETHEREUM_2020, name="ethereum-2021", block_gas=15_000_000)
