"""Section of a scenario file for options of other styles than European."""

from pydantic import Field, field_validator

from intents.boundary import Boundary
from intents.options import BARRIERS, parse_series
from venues.pricing import exotics

PRICED_BY_QUANTLIB = BARRIERS | {"asian", "digital"}


class ExoticsPart(Boundary):
    """What order books list beside European options, and who acts on it."""

    series: tuple[str, ...] = Field(min_length=1)
    """Symbols, such as `ETH-13MAR20-130-P-A`."""

    exercise_lead_s: float = Field(default=3600.0, gt=0)
    """Time before an expiry from which American options are exercised."""

    keeper_period_s: float = Field(default=30.0, gt=0)
    """Time between two looks of the keeper, and after which what still waits is raised."""

    @field_validator("series")
    @classmethod
    def _are_exotic(cls, series: tuple[str, ...]) -> tuple[str, ...]:
        for symbol in series:
            if parse_series(symbol).is_european:
                raise ValueError(f"{symbol} is a European option: list it by expiry and strike under [market]")
        if len(set(series)) < len(series):
            raise ValueError("a series is named twice")
        return series


def missing_library(part: ExoticsPart | None) -> str | None:
    """Return why the series of a scenario cannot be priced here, in one line, or `None` if they can."""
    if part is None or not any(parse_series(symbol).style in PRICED_BY_QUANTLIB for symbol in part.series):
        return None
    try:
        exotics.require()
    except ModuleNotFoundError as error:
        return str(error)
    return None
