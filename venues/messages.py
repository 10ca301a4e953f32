"""Signed messages to services beside a chain, such as a desk for quotes: no pool, no block, no gas.

What they change stands in the chain's state like everything a contract would check against; a reorganisation takes it
back with the blocks since, and who still wants it says it again.
"""

from venues.chain_state import ChainState
from venues.chains.chain import Chain, Submitted
from venues.chains.transaction import Applied, Block
from venues.view import Offer


def tell(chain: Chain[ChainState], offer: Offer, now_ms: int) -> Submitted:
    """Let a message take effect at an instant, and return what became of it: one that the service refuses is gone."""
    outcome = offer.transaction.call.apply(chain.state, Block(chain.id, chain.number, now_ms))
    if not isinstance(outcome, Applied):
        return "gone"
    chain.state = outcome.state
    return "waiting"
