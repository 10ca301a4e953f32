"""How a feed brings its answer on chain: a transaction that competes for space with everybody else's."""

from typing import Final

from venues.calls.upkeep import PostAnswer
from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.transaction import Transaction

TIP_WEI: Final = 100_000_000
FEE_HEADROOM: Final = 4
"""A feed pays up to this many times the base fee of the moment; without one, what nine blocks in ten took."""


def posting(account: str, call: PostAnswer, chain: Chain[ChainState], now_ms: int) -> Transaction[ChainState]:
    """Return the transaction with which `account` posts an answer."""
    return Transaction(
        id=f"{account}:{now_ms}",
        sender=account,
        call=call,
        max_fee_wei=most_fee_wei(chain, TIP_WEI),
        tip_wei=TIP_WEI,
        submitted_ms=now_ms,
    )


def most_fee_wei(chain: Chain[ChainState], tip_wei: int) -> int:
    """Return what those offer for a unit of gas who want to be in one of the next blocks."""
    if chain.rules.base_fee is None:
        return chain.fee_quantile(0.9, 20)
    return chain.base_fee_wei * FEE_HEADROOM + tip_wei
