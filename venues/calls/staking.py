"""Calls to a restaking protocol: punish, ask for stake back, be paid."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from venues.chain_state import ChainState
from venues.chains.transaction import Applied, Block, Log, Reverted
from venues.security.operator import Denied

SLASH_GAS: Final = 150_000
SLASH_GAS_PER_SERVICE: Final = 60_000
LEAVE_GAS: Final = 180_000
COLLECT_GAS: Final = 120_000
"""Assumed: of the order of the storage that each call writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlashOperator:
    """Punish an operator for what it signed, by every service that it answers to for it."""

    operator: str
    fractions: Mapping[str, int]
    """By service, the share of what answers for it that is taken, in units of `WAD`."""

    offence_ms: int
    """Block time of what it signed."""

    @property
    def gas(self) -> int:
        """Gas, by the number of services."""
        return SLASH_GAS + SLASH_GAS_PER_SERVICE * len(self.fractions)

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the operator punished, once for all that it signed before."""
        if state.stakes is None or self.operator not in state.stakes.operators:
            return Reverted(f"reverted: {self.operator} has no stake on {state.chain}")
        if state.stakes.punished_since(self.operator, self.offence_ms):
            return Reverted(f"reverted: {self.operator} was punished already")
        after = state.stakes.slashed(self.operator, self.fractions, block.number, block.time_ms)
        fields = (("operator", self.operator), ("wei", after.slashes[-1].wei))
        return Applied(replace(state, stakes=after), (Log("Slashed", fields),))


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveStake:
    """Ask for all of an operator's stake back."""

    operator: str
    gas: int = LEAVE_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the stake waiting to be paid."""
        after = state.stakes.left(self.operator, block.number) if state.stakes else Denied("there is no stake")
        if isinstance(after, Denied):
            return Reverted(f"reverted: {after.why}")
        return Applied(replace(state, stakes=after), (Log("Leaving", (("operator", self.operator),)),))


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectStake:
    """Take what has waited long enough into the operator's wallet."""

    operator: str
    gas: int = COLLECT_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the operator paid."""
        done = state.stakes.paid_out(self.operator, block.number) if state.stakes else Denied("there is no stake")
        if isinstance(done, Denied):
            return Reverted(f"reverted: {done.why}")
        book, wei = done
        wallets = state.wallets.set(self.operator, state.wallets.get(self.operator, 0) + wei)
        return Applied(replace(state, stakes=book, wallets=wallets), (Log("Paid", (("wei", wei),)),))
