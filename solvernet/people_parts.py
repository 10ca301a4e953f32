"""Sections of a scenario file for who takes part: users and solvers."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field, model_validator

from intents.boundary import Boundary
from solvernet.poison_flow import PoisonPart
from solvernet.quantities import Count, Dollars, Ether, Factor, Options, Period, Share

WANTS: Final = frozenset(
    {"band", "call", "collar", "covered_call", "exotic", "hedge"}
    | {"neutral", "protect", "put", "sell_put", "straddle", "vertical"}
)
"""Kinds of wants that users can have."""

Tolerance = Annotated[float, Field(ge=-1, le=100)]


class UsersPart(Boundary):
    """Who posts intents, how many, and what they want."""

    count: Count
    home_share: Mapping[str, Share]
    """Share of users at home on each chain; what counts are the proportions."""

    vault: Dollars
    per_round: float = Field(ge=0, le=100_000)
    """Mean number of intents between two rounds."""

    stress_elasticity: float = Field(default=0.0, ge=-10, le=10)
    """Rise of that number with the volatility level, as a power of level over calm."""

    wants: Mapping[str, Annotated[float, Field(ge=0)]]
    """Weight of each kind of want."""

    size_median: Options
    size_spread: Annotated[float, Field(ge=0, le=5)]
    size_max: Annotated[Options, Field(ge=1)]
    tolerance: tuple[Tolerance, Tolerance]
    """Range of what a user allows above fair value, as a fraction of it; drawn evenly."""

    gas_allowance: tuple[Factor, Factor]
    """Range of the multiple of the going settlement cost that a user allows on top."""

    all_or_none: Share
    cancel: Share
    valid_rounds: tuple[Count, Count]
    home_only: Share

    poison: PoisonPart | None = None
    """A further user who posts intents that break others."""

    @model_validator(mode="after")
    def _can_choose(self) -> "UsersPart":
        for name, weights in (("home_share", self.home_share), ("wants", self.wants)):
            if sum(weights.values()) <= 0:
                raise ValueError(f"{name} must give at least one of its entries a weight above zero")
        for name in sorted(set(self.wants) - WANTS):
            raise ValueError(f"wants: there is no kind {name!r}; there are {', '.join(sorted(WANTS))}")
        for name, (low, high) in (
            ("tolerance", self.tolerance),
            ("gas_allowance", self.gas_allowance),
            ("valid_rounds", self.valid_rounds),
        ):
            if high < low:
                raise ValueError(f"{name} must be given as [least, most]")
        return self


class SolversPart(Boundary):
    """Which solvers compete, and what they have to work with on each chain."""

    specs: tuple[str, ...]
    cash: Dollars
    ether: Ether
    gas: Ether
    bond: Dollars
    think_limit_s: Period
    """Real time after which a solver is taken for a runaway and killed."""

    memory_mb: int = Field(gt=0, le=1 << 20)
