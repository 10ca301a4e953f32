"""A transfer of nothing to oneself: what wallets put in the place of a transaction that is to be cancelled."""

from dataclasses import dataclass

from venues.chain_state import ChainState
from venues.chains.action_gas import TRANSFER_GAS
from venues.chains.transaction import Applied, Block


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTransfer:
    """Send no ether to the account itself: only the gas is gone, and the place that another transaction had."""

    account: str
    gas: int = TRANSFER_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState]:  # noqa: ARG002
        """Return the state as it is."""
        return Applied(state)
