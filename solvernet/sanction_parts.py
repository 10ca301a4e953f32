"""The sections of a scenario on penalties and on quarantine."""

from collections.abc import Mapping

from pydantic import Field

from auction.quarantine.rules import QuarantineRules
from auction.sanctions.by_table import TableRules
from auction.sanctions.fade_breaker import FadeRules
from intents.boundary import Boundary


class PenaltiesPart(Boundary):
    """The rule table: numbers beside its durations. Without this section every single fault suspends."""

    fade_percent: float = Field(default=12.0, gt=0, lt=100)
    """Share of fades, by Laplace's rule, above which a solver is kept out."""

    fade_fills: int = Field(default=100, gt=0)
    """Fills that count at most."""

    least_ended: int = Field(default=12, gt=0)
    """Fills within an hour below which success is not measured."""

    least_success_percent: float = Field(default=80.0, gt=0, le=100)
    least_bids: int = Field(default=20, gt=0)
    """Bids within an hour below which false ones are not counted."""

    entities: Mapping[str, str] = Field(default_factory=dict)
    """Entity of each solver, for those that belong together; a solver that is not named is its own."""


class QuarantinePart(Boundary):
    """When intents that stall the house or break solvers are kept out; without this section none are."""

    most_work: int = Field(gt=0)
    """Work units that the house may spend on one intent alone."""

    first_s: float = Field(default=900.0, gt=0)
    """Length of an owner's first quarantine; it doubles with each one."""

    least_rounds: int = Field(default=2, gt=0)
    """Rounds with an intent in which a group of solvers must have broken."""

    least_groups: int = Field(default=2, gt=1)
    """Groups of solvers, of different make, that must have; one alone could be faking."""


def quarantine_rules(part: QuarantinePart | None, entities: Mapping[str, str]) -> QuarantineRules | None:
    """Return the rules of the quarantine, or `None` where there is none.

    Args:
        part: The section.
        entities: Make or entity of each solver, for those that belong together.
    """
    if part is None:
        return None
    return QuarantineRules(
        most_work=part.most_work,
        first_ms=round(part.first_s * 1000),
        least_rounds=part.least_rounds,
        least_groups=part.least_groups,
        groups=dict(entities),
    )


def table_rules(part: PenaltiesPart | None) -> TableRules | None:
    """Return the rules of the table, or `None` where there is none."""
    if part is None:
        return None
    return TableRules(
        fades=FadeRules(
            most_ppm=round(part.fade_percent * 10_000), most_orders=part.fade_fills, entities=dict(part.entities)
        ),
        least_ended=part.least_ended,
        least_success_ppm=round(part.least_success_percent * 10_000),
        least_bids=part.least_bids,
    )
