"""Sections of a scenario file on who answers for oracles and bridges with stake, and who would profit from a lie."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from intents.boundary import Boundary
from solvernet.quantities import Dollars, Seconds

Percent = Annotated[float, Field(ge=0, le=100)]
Positive = Annotated[float, Field(gt=0, le=1e12)]
MOST_EVIDENCE_S: Final = 6_000.0
"""A chain remembers its answers for two hours, and proof must find a block."""


class OperatorPart(Boundary):
    """One operator of nodes, and its own stake."""

    ether: Positive
    runs: bool = False
    """Whether it asks for its stake back at once when it has signed something wrong."""


class ServicePart(Boundary):
    """Something that stake answers for."""

    kind: Literal["oracle", "bridge"]
    of: str
    """The feed, or the bridge."""

    threshold_percent: Positive
    """Share of the stake behind it with which it can be corrupted."""

    allocated_percent: Percent
    """Share of each operator's stake that answers for it, and for nothing else."""

    slash_percent: Percent
    """Share of that which it takes from an operator at fault."""

    joins: Mapping[str, Percent] = Field(default_factory=dict)
    """Services whose punishments it joins, and the share that it takes then: one fault, punished by each."""


class SecurityPart(Boundary):
    """Stake shared by several services."""

    chain: str
    """Where the stake is."""

    evidence_s: Annotated[Seconds, Field(le=MOST_EVIDENCE_S)]
    """Time from a wrong answer until it is proved; by then the chain must still remember who signed."""

    tolerance_percent: Positive
    """Distance to the market beyond which an answer is wrong enough to be punished."""

    watch_s: Positive = 60.0
    """Time between two looks of those who watch."""

    measure_every_s: Positive = 900.0
    """Time between two measurements of what corruption would bring."""

    shifts_percent: tuple[float, ...] = (-30.0, 30.0)
    """Answers that a corrupted feed is tried with, as distances to the market."""

    operators: Mapping[str, OperatorPart] = Field(min_length=1)
    """In the order of the nodes that they run."""

    services: Mapping[str, ServicePart] = Field(min_length=1)

    @model_validator(mode="after")
    def _allocates_no_stake_twice(self) -> "SecurityPart":
        total = sum(service.allocated_percent for service in self.services.values())
        if total > 100:
            raise ValueError(f"services are allocated {total:g} % of every stake, which is more than all of it")
        unknown = sorted({name for each in self.services.values() for name in each.joins} - set(self.services))
        if unknown:
            raise ValueError(f"{unknown[0]!r} is joined in punishing but is no service")
        return self

    def penalties(self, name: str) -> dict[str, float]:
        """Return the share of what answers for each service that is taken for a fault at one of them, in per cent."""
        joined = {other: part.joins[name] for other, part in self.services.items() if name in part.joins}
        return {name: self.services[name].slash_percent} | joined


class AttackerPart(Boundary):
    """Who trades on a manipulated answer."""

    chain: str
    venues: tuple[str, ...] = Field(min_length=1)
    cash: Dollars
    ether: float = Field(ge=0)
    period_s: Positive
    offset_s: Seconds = 0.0
    trigger_percent: Positive
    """How far the answer must be from the market before it trades on it."""

    give_up_percent: Percent
    """What it gives up of the fair value to be rid of a position."""

    most_orders: int = Field(default=12, gt=0)
    """Orders it sends at once."""
