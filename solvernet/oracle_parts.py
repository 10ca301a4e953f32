"""Sections of a scenario file for price feeds beyond the plain median and the replayed security module."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from intents.boundary import Boundary
from solvernet.quantities import Seconds
from solvernet.scenario_parts import MedianPart, SecurityModulePart

Percent = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(gt=0)]


class NodesSourcePart(Boundary):
    """Nodes that agree on a median, one source among others of a feed."""

    kind: Literal["nodes"]
    nodes: Count
    faulty: int = Field(ge=0)
    noise_percent: Percent
    latency_s: Seconds
    late: int = Field(default=0, ge=0)
    late_s: Seconds = 0.0

    @model_validator(mode="after")
    def _bears_its_faulty_nodes(self) -> "NodesSourcePart":
        if 3 * self.faulty >= self.nodes:
            raise ValueError(f"{self.nodes} nodes bear fewer than {self.faulty} faulty ones: 3 faulty < nodes")
        return self


class PublishersPart(Boundary):
    """Publishers of Pyth."""

    publishers: Count
    least_publishers: Count
    noise_percent: Percent
    confidence_percent: Percent
    latency_s: Seconds


class PythSourcePart(PublishersPart):
    """Pyth's aggregate, one source among others of a feed."""

    kind: Literal["pyth"]


class IndexSourcePart(Boundary):
    """An index of exchanges read through one provider."""

    kind: Literal["index"]
    latency_s: Seconds


class PoolSourcePart(Boundary):
    """The mean price of a pool on the feed's chain."""

    kind: Literal["pool"]
    venue: str
    window_s: Count
    memory: Count = 1024
    """Sums of ticks that the pool keeps; one is written in every second in which it trades."""


AnySource = NodesSourcePart | PythSourcePart | IndexSourcePart | PoolSourcePart


class ReportPart(Boundary):
    """When a feed posts."""

    chain: str
    poll_s: float = Field(gt=0)
    deviation_percent: Percent
    heartbeat_s: Seconds


class FallbackPart(ReportPart):
    """A feed of several sources, most trusted first, behind a circuit breaker."""

    kind: Literal["fallback"]
    most_age_s: Seconds = 60.0
    most_confidence_percent: Percent = 1.0
    most_apart_percent: Percent = 2.0
    """How far two sources may differ and still agree."""

    most_step_percent: Percent = 10.0
    """How far a source that stands alone may move the answer at once."""

    sources: Mapping[str, Annotated[AnySource, Field(discriminator="kind")]] = Field(min_length=1)


class PythPart(ReportPart, PublishersPart):
    """Pyth's aggregate, posted by itself."""

    kind: Literal["pyth"]
    most_confidence_percent: Percent = 1.0


class TwapPart(ReportPart):
    """The mean price of a pool on the feed's chain, posted by itself."""

    kind: Literal["twap"]
    venue: str
    window_s: Count
    memory: Count = 1024


AnyOracle = SecurityModulePart | MedianPart | FallbackPart | PythPart | TwapPart


def pools_read(part: AnyOracle) -> tuple[PoolSourcePart | TwapPart, ...]:
    """Return the parts of a feed that read a pool."""
    if isinstance(part, TwapPart):
        return (part,)
    sources = part.sources.values() if isinstance(part, FallbackPart) else ()
    return tuple(source for source in sources if isinstance(source, PoolSourcePart))


def nodes_of(part: AnyOracle) -> int | None:
    """Return the number of nodes that sign a feed's answers, or of those behind a feed of several sources, if any."""
    if isinstance(part, FallbackPart):
        found = (source.nodes for source in part.sources.values() if isinstance(source, NodesSourcePart))
        return next(found, None)
    return part.nodes if isinstance(part, MedianPart) else None


def corruptible(oracles: Mapping[str, AnyOracle]) -> frozenset[str]:
    """Return the names, of feeds and of sources behind them, that an attacker can make tell a wrong price."""
    names = {name for name, part in oracles.items() if isinstance(part, MedianPart | PythPart)}
    for name, part in oracles.items():
        if isinstance(part, FallbackPart):
            names |= {f"{name}.{key}" for key, source in part.sources.items() if not isinstance(source, PoolSourcePart)}
    return frozenset(names)


def sources_of(oracles: Mapping[str, AnyOracle]) -> frozenset[str]:
    """Return the names of the sources behind feeds of several."""
    return frozenset(
        f"{name}.{key}" for name, part in oracles.items() if isinstance(part, FallbackPart) for key in part.sources
    )
