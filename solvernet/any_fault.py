"""What faults of a scenario file have in common: a name, a beginning, a length, and what they concern."""

import datetime as dt
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from intents.boundary import Boundary
from solvernet.quantities import Share
from venues.faults import EVERYWHERE, Fault


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
