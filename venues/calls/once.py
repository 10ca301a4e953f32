"""A call that may be made in several ways, of which a chain carries out one: whichever gets into a block first.

Its guard is one new slot of storage: 20,000 gas to set it, and 2,100 for a slot that was not touched before (EIP-2929).
"""

from dataclasses import dataclass, replace
from typing import Final

from venues.chain_state import ChainState
from venues.chains.transaction import Applied, Block, Call, Reverted

GUARD_GAS: Final = 22_100


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """Make a call unless another of the same name was made before on this chain."""

    name: str
    call: Call[ChainState]

    @property
    def gas(self) -> int:
        """Gas of the call and of the guard."""
        return self.call.gas + GUARD_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state after the call, or why it reverts: for the guard, or for its own reason."""
        if self.name in state.made_once:
            return Reverted(f"reverted: {self.name} was made before")
        outcome = self.call.apply(state, block)
        if isinstance(outcome, Reverted):
            return outcome
        marked = outcome.state.made_once.set(self.name, block.time_ms)
        return Applied(replace(outcome.state, made_once=marked), outcome.logs)
