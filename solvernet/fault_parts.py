"""Faults of a scenario file: one section `[[faults]]` for each thing that goes wrong, in the words of the scenario.

Times are seconds after the start of the scenario's whole window, or instants. What is concerned is named as the
scenario names it. `solvernet.fault_schedule` makes a schedule of them.
"""

import datetime as dt
from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from intents.boundary import Boundary
from solvernet.scenario_parts import Share
from venues.faults import EVERYWHERE, Fault
from venues.markets.venue import Admission


def _moment(value: object) -> object:
    """Return a number of seconds as it is, and an ISO instant as a date with its time zone."""
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value)
    if isinstance(value, dt.datetime) and value.tzinfo is None:
        raise ValueError("must have a time zone, such as 2020-03-12T12:00:00Z")
    return value


Finite = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Moment = Annotated[Finite | dt.datetime, BeforeValidator(_moment)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
PositiveShare = Annotated[Share, Field(gt=0)]
Shift = Annotated[float, Field(gt=-100, allow_inf_nan=False)]
Section = Literal["chains", "oracles", "venues", "bridges"]


class AnyFault(Boundary):
    """What every fault says."""

    section: ClassVar[Section | None] = None
    """Section of the scenario in which its target is defined; the broker is in none."""

    name: str = ""
    """Unique among the faults; its kind and its place in the file if left out."""

    at: Moment
    """Seconds after the start of the whole window, or an instant, at which it begins."""

    @property
    def target(self) -> str:
        """What it concerns, by its name in the scenario; `EVERYWHERE` if everything of its kind."""
        return EVERYWHERE

    @property
    def duration_ms(self) -> int:
        """How long it lasts."""
        return 0

    def from_ms(self, start_ms: int) -> int:
        """Return when it begins, given the start of the whole window."""
        if isinstance(self.at, dt.datetime):
            return round(self.at.timestamp() * 1000)
        return start_ms + round(self.at * 1000)

    def complete(self, fault: Fault) -> Fault:
        """Return the fault with the figures of its kind."""
        return fault


class LastingFault(AnyFault):
    """A fault that is over after a while."""

    lasts_s: Positive

    @property
    def duration_ms(self) -> int:
        """How long it lasts."""
        return round(self.lasts_s * 1000)


class ChainFault(LastingFault):
    """A fault of one chain."""

    section = "chains"
    chain: str

    @property
    def target(self) -> str:
        """The chain's name in the scenario."""
        return self.chain


class OracleFault(LastingFault):
    """A fault of one oracle."""

    section = "oracles"
    oracle: str

    @property
    def target(self) -> str:
        """The oracle's name in the scenario."""
        return self.oracle


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
    """An oracle publishes nothing."""

    kind: Literal["oracle_halt"]


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
    """How far the prices they report are off."""

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
