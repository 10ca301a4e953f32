"""Ethereum in March 2020: proof of work before London.

Blocks of 10 million gas come at exponential intervals with a mean of 13.45 s (observed: 214,999 intervals of July and
August 2021, the last year of the same difficulty rule); space goes to the highest gas price. `safe` and `final` are
the confirmations that exchanges asked for.
"""

from typing import Final

from venues.chains.confirmation import Confirmation
from venues.chains.rules import ChainRules

ETHEREUM_2020: Final = ChainRules(
    name="ethereum-2020",
    block_gas=10_000_000,
    interval_ms=13_450,
    random_intervals=True,
    base_fee=None,
    pool_size=8192,
    levels={"included": Confirmation(), "safe": Confirmation(blocks=12), "final": Confirmation(blocks=30)},
)
