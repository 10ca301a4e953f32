"""Execution environment stability of a run, as the summary holds it."""

from collections.abc import Sequence

from intents.assets import USDC_UNIT
from intents.boundary import Boundary
from risk.stability import Operation, measure


class StabilityFigures(Boundary):
    """Execution environment stability; `None` where nothing was due."""

    minimum: float | None
    classes: dict[str, float | None]
    due: dict[str, int]
    """Operations that were due, by class."""

    layers: dict[str, float | None]
    lost_usd: dict[str, float]
    """Weight lost to each cause."""


def stability_figures(operations: Sequence[Operation]) -> StabilityFigures:
    """Return the figures of a run's operations."""
    measured = measure(operations)
    return StabilityFigures(
        minimum=measured.minimum,
        classes={kind: score.ees for kind, score in measured.classes.items()},
        due={kind: score.count for kind, score in measured.classes.items()},
        layers=dict(measured.layers),
        lost_usd={cause: weight / USDC_UNIT for cause, weight in measured.causes.items()},
    )
