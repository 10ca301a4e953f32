"""Faults of a scenario file: one section `[[faults]]` for each thing that goes wrong, in the words of the scenario.

Times are seconds after the start of the scenario's whole window, or instants. What is concerned is named as the
scenario names it. `solvernet.fault_schedule` makes a schedule of them.
"""

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from solvernet.any_fault import AnyFault, ChainFault, LastingFault, OracleFault, Positive, PositiveShare, Shift
from solvernet.quantities import Share
from venues.faults import EVERYWHERE, Fault
from venues.markets.venue import Admission


class GasSpikePart(ChainFault):
    """Everybody else offers more for block space."""

    kind: Literal["gas_spike"]
    factor: Positive
    """Price that others offer, as a multiple of the usual."""

    def complete(self, fault: Fault) -> Fault:
        """Return the fault with its factor."""
        return replace(fault, factor_percent=round(self.factor * 100))


class DemandSurgePart(ChainFault):
    """More of everybody else's transactions come."""

    kind: Literal["demand_surge"]
    factor: Positive
    """Transactions that arrive each second, as a multiple of the usual."""

    def complete(self, fault: Fault) -> Fault:
        """Return the fault with its factor."""
        return replace(fault, factor_percent=round(self.factor * 100))


class OutagePart(ChainFault):
    """The chain makes no blocks."""

    kind: Literal["outage"]


class PartitionPart(ChainFault):
    """The network of a chain is split: it stops, or grows two branches of which one wins as the split heals."""

    kind: Literal["partition"]
    share: Share = 0.0
    """Share of transactions that the makers of the winning branch have not heard of."""

    def complete(self, fault: Fault) -> Fault:
        """Return the fault with its share."""
        return replace(fault, share_ppm=round(self.share * 1_000_000))


class ReorgPart(AnyFault):
    """The last blocks of a chain are undone."""

    section = "chains"
    kind: Literal["reorg"]
    chain: str
    depth: int = Field(gt=0)
    """Blocks that are undone."""

    share: Share = 0.0
    """Share of their transactions that the makers of the winning branch have not heard of."""

    @property
    def target(self) -> str:
        """The chain's name in the scenario."""
        return self.chain

    def complete(self, fault: Fault) -> Fault:
        """Return the fault with its depth and share."""
        return replace(fault, depth=self.depth, share_ppm=round(self.share * 1_000_000))


class FinalityStallPart(ChainFault):
    """Blocks are made, but none becomes final."""

    kind: Literal["finality_stall"]


class CensorshipPart(ChainFault):
    """Some producers leave out the transactions of some senders."""

    kind: Literal["censorship"]
    share: PositiveShare
    """Share of blocks whose producer censors."""

    senders: tuple[str, ...] = ()
    """Whose transactions are left out; everybody's of the scenario if empty."""

    def complete(self, fault: Fault) -> Fault:
        """Return the fault with its share and senders."""
        return replace(fault, share_ppm=round(self.share * 1_000_000), senders=self.senders)


class OracleHaltPart(OracleFault):
    """An oracle, or one source of it, says nothing; or some of its nodes do not."""

    kind: Literal["oracle_halt"]
    nodes: int = Field(default=0, ge=0)
    """Nodes that are silent; all, and whatever else there is, if zero."""

    def complete(self, fault: Fault) -> Fault:
        """Return the fault with its nodes."""
        return replace(fault, nodes=self.nodes)


class OracleManipulationPart(OracleFault):
    """Some nodes of an oracle lie, all in the same way."""

    kind: Literal["oracle_manipulation"]
    nodes: int = Field(gt=0)
    shift_percent: Shift
    """How far the price they report is off."""

    def complete(self, fault: Fault) -> Fault:
        """Return the fault with its nodes and shift."""
        return replace(fault, nodes=self.nodes, shift_ppm=round(self.shift_percent * 10_000))


class DepegPart(LastingFault):
    """The dollar that sources quote in is not worth a dollar."""

    section = "oracles"
    kind: Literal["depeg"]
    oracle: str = EVERYWHERE
    """Oracle whose sources are concerned; those of all if left out."""

    shift_percent: Shift
    """How far the coin is from a dollar: at -10, ether is a ninth dearer in it."""

    @property
    def target(self) -> str:
        """The oracle's name in the scenario."""
        return self.oracle

    def complete(self, fault: Fault) -> Fault:
        """Return the fault with its shift."""
        return replace(fault, shift_ppm=round(self.shift_percent * 10_000))


class BridgeHaltPart(LastingFault):
    """Nothing passes a bridge."""

    section = "bridges"
    kind: Literal["bridge_halt"]
    bridge: str

    @property
    def target(self) -> str:
        """The bridge's name."""
        return self.bridge


class VenueHaltPart(LastingFault):
    """A venue does not trade."""

    section = "venues"
    kind: Literal["venue_halt"]
    venue: str
    admission: Admission = "unavailable"
    """What it still lets its users do."""

    @property
    def target(self) -> str:
        """The venue's name."""
        return self.venue

    def complete(self, fault: Fault) -> Fault:
        """Return the fault with what the venue still admits."""
        return replace(fault, admission=self.admission)


class BrokerOutagePart(LastingFault):
    """No message passes between users, auctioneer and solvers."""

    kind: Literal["broker_outage"]


class MessageDelayPart(LastingFault):
    """Messages of users are held up."""

    kind: Literal["message_delay"]
    delay_s: Positive

    def complete(self, fault: Fault) -> Fault:
        """Return the fault with its delay."""
        return replace(fault, delay_ms=round(self.delay_s * 1000))


class MessageLossPart(LastingFault):
    """Some messages are lost."""

    kind: Literal["message_loss"]
    share: Annotated[PositiveShare, Field(lt=1)]
    """Share of messages that do not arrive."""

    def complete(self, fault: Fault) -> Fault:
        """Return the fault with its share."""
        return replace(fault, share_ppm=round(self.share * 1_000_000))


FaultPart = Annotated[
    GasSpikePart
    | DemandSurgePart
    | OutagePart
    | PartitionPart
    | ReorgPart
    | FinalityStallPart
    | CensorshipPart
    | OracleHaltPart
    | OracleManipulationPart
    | DepegPart
    | BridgeHaltPart
    | VenueHaltPart
    | BrokerOutagePart
    | MessageDelayPart
    | MessageLossPart,
    Field(discriminator="kind"),
]
"""A section of `[[faults]]`, told apart by its kind."""
