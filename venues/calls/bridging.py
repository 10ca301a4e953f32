"""Calls with which transfers are brought across bridges: each needs a place in a block, and somebody who pays for it.

Gas is assumed, in proportion to contracts of the same shape (`venues.calls.gas`), but for the proof of a light client.
"""

from dataclasses import dataclass, replace
from typing import Final

from venues.bridges.canonical import CanonicalPort
from venues.bridges.fast import FastPort
from venues.bridges.kinds import AnyPort
from venues.bridges.light_client import PROOF_GAS, LightClientPort
from venues.bridges.optimistic import OptimisticPort
from venues.bridges.transfer import Transfer
from venues.bridges.writing_off import with_loss
from venues.chain_state import ChainState
from venues.chains.transaction import Applied, Block, Log, Reverted

PROVE_GAS: Final = 260_000
FINALISE_GAS: Final = 190_000
FRONT_GAS: Final = 95_000
PROPOSE_GAS: Final = 110_000
DISPUTE_GAS: Final = 130_000
EXECUTE_GAS: Final = 120_000
JUDGE_GAS: Final = 80_000
WRITE_OFF_GAS: Final = 70_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ProveWithdrawal:
    """Prove a withdrawal from a rollup against what was stated about the rollup."""

    bridge: str
    transfer: str
    gas: int = PROVE_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the withdrawal proved."""
        port = state.bridges[self.bridge]
        if not isinstance(port, CanonicalPort):
            return _unfit(port, "canonical")
        return _done(state, port, port.proved(self.transfer, block.time_ms), "Proved", self.transfer)


@dataclass(frozen=True, slots=True, kw_only=True)
class FinaliseWithdrawal:
    """Pay out a withdrawal from a rollup whose delays are over."""

    bridge: str
    transfer: str
    gas: int = FINALISE_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the withdrawal paid, as far as there is enough locked."""
        port = state.bridges[self.bridge]
        if not isinstance(port, CanonicalPort):
            return _unfit(port, "canonical")
        return _done(state, port, port.finalised(self.transfer, block.time_ms), "Arrived", self.transfer)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayProof:
    """Carry the proof of a transfer to a light client."""

    bridge: str
    transfer: str
    carrier: str
    gas: int = PROOF_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:  # noqa: ARG002
        """Return the state with the transfer and its fee paid."""
        port = state.bridges[self.bridge]
        if not isinstance(port, LightClientPort):
            return _unfit(port, "light_client")
        return _done(state, port, port.relayed(self.transfer, self.carrier), "Arrived", self.transfer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """Pay a transfer from the relayer's own money, and take the receiver's place."""

    bridge: str
    transfer: Transfer
    relayer: str
    gas: int = FRONT_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:  # noqa: ARG002
        """Return the state with the receiver paid."""
        port = state.bridges[self.bridge]
        if not isinstance(port, FastPort):
            return _unfit(port, "fast")
        paid = _paying(state, self.relayer, self.transfer.cash)
        if isinstance(paid, Reverted):
            return paid
        clearing = paid.clearing.change(self.transfer.account, cash=self.transfer.cash)
        after = replace(paid, clearing=clearing)
        return _done(after, port, port.fronted(self.transfer, self.relayer), "Arrived", self.transfer.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Propose:
    """State, with a bond, that a transfer was sent."""

    bridge: str
    transfer: Transfer
    proposer: str
    gas: int = PROPOSE_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the proposal live."""
        port = state.bridges[self.bridge]
        if not isinstance(port, OptimisticPort):
            return _unfit(port, "optimistic")
        paid = _paying(state, self.proposer, port.bond)
        if isinstance(paid, Reverted):
            return paid
        outcome = port.proposed(self.transfer, self.proposer, block.time_ms)
        return _done(paid, port, outcome, "Proposed", self.transfer.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeProposal:
    """State, with a bond, that a proposal is false."""

    bridge: str
    transfer: str
    disputer: str
    gas: int = DISPUTE_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the proposal taken off."""
        port = state.bridges[self.bridge]
        if not isinstance(port, OptimisticPort):
            return _unfit(port, "optimistic")
        paid = _paying(state, self.disputer, port.bond)
        if isinstance(paid, Reverted):
            return paid
        outcome = port.disputed(self.transfer, self.disputer, block.time_ms)
        return _done(paid, port, outcome, "Disputed", self.transfer)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecuteProposal:
    """Pay a proposal that nobody disputed in time."""

    bridge: str
    transfer: str
    gas: int = EXECUTE_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the receiver and the proposer paid."""
        port = state.bridges[self.bridge]
        if not isinstance(port, OptimisticPort):
            return _unfit(port, "optimistic")
        return _done(state, port, port.executed(self.transfer, block.time_ms), "Arrived", self.transfer)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeDispute:
    """Hand over the bonds of a dispute as the verdict says."""

    bridge: str
    dispute: str
    gas: int = JUDGE_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with both bonds paid to whoever was right."""
        port = state.bridges[self.bridge]
        if not isinstance(port, OptimisticPort):
            return _unfit(port, "optimistic")
        return _done(state, port, port.judged(self.dispute, block.time_ms), "Judged", self.dispute)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOff:
    """Let the reserve of a bridge stand for a payment that turned out to be false."""

    bridge: str
    transfer: str
    gas: int = WRITE_OFF_GAS

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the loss written down, and covered as far as the reserve goes."""
        port = state.bridges[self.bridge]
        if not isinstance(port, OptimisticPort):
            return _unfit(port, "optimistic")
        loss = port.unfounded(self.transfer, block.time_ms)
        if isinstance(loss, str):
            return Reverted(loss)
        fields = (("bridge", self.bridge), ("transfer", self.transfer), ("cash", loss.cash))
        return Applied(with_loss(state, self.bridge, loss), (Log("WrittenOff", fields),))


def _unfit(port: AnyPort, kind: str) -> Reverted:
    return Reverted(f"reverted: {port.id} is a bridge of kind {port.kind}, not {kind}")


def _paying(state: ChainState, account: str, cash: int) -> ChainState | Reverted:
    """Return the state after an account paid, unless it lacks the money or needs it for its positions."""
    clearing = state.clearing.change(account, cash=-cash)
    if clearing.account(account).cash < 0 or clearing.uncovered([account]):
        return Reverted(f"undercollateralised: {account} cannot pay {cash}")
    return replace(state, clearing=clearing)


def _done(
    state: ChainState, port: AnyPort, outcome: AnyPort | str, event: str, what: str
) -> Applied[ChainState] | Reverted:
    """Return the state with a bridge's end changed and what it owes paid, or the revert."""
    if isinstance(outcome, str):
        return Reverted(outcome)
    return Applied(state.with_port(outcome), (Log(event, (("bridge", port.id), ("transfer", what))),))
