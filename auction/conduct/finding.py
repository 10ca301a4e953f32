"""What the first stage may say of two solvers: dependence, how much, how sure, and what else may explain it."""

import math
from dataclasses import dataclass
from typing import Final, Literal

from intents.canonical import Json

Pair = tuple[str, str]
"""Two solvers in order of name."""

_LOG_TINY: Final = -700.0
"""Natural logarithm that `exp` still takes without underflow."""


@dataclass(frozen=True, slots=True)
class PathPoint:
    """Evidence on a pair at one time."""

    time_ms: int
    log_e: float
    """Natural logarithm of the e-value."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """An innocent explanation that was looked at."""

    name: Literal["shared_software", "few_auctions"]
    holds: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DependenceFinding:
    """Two solvers whose bids depend on each other. It is an observation; nobody is penalised by it."""

    pair: Pair
    log_e: float
    """Natural logarithm of the current e-value."""

    log_peak: float
    """Natural logarithm of the largest e-value so far."""

    auctions: int
    """Auctions in which both bid and agreement could be told."""

    agreement: float
    """Mean agreement of their surprises, in [-1, 1]; zero for independent solvers, one third for identical ones."""

    correlation: float
    """Correlation of their surprises that the mean agreement stands for."""

    first_flagged_ms: int
    path: tuple[PathPoint, ...]
    """The e-value through time, thinned."""

    declared: bool
    """Whether both declared the same shared software: dependence that was known."""

    explanations: tuple[Explanation, ...]
    config_hash: str
    verdict: Literal["dependence"] = "dependence"

    @property
    def p_value(self) -> float:
        """Anytime-valid p-value: one over the largest e-value so far, at most 1."""
        return math.exp(max(min(0.0, -self.log_peak), _LOG_TINY))

    def to_json(self) -> dict[str, Json]:
        """Return the finding without floats: fractions as decimal strings."""
        return {
            "verdict": self.verdict,
            "pair": list(self.pair),
            "log_e": _decimal(self.log_e),
            "p_value": f"{self.p_value:.3e}",
            "auctions": self.auctions,
            "agreement": _decimal(self.agreement),
            "correlation": _decimal(self.correlation),
            "first_flagged_ms": self.first_flagged_ms,
            "path": [[point.time_ms, _decimal(point.log_e)] for point in self.path],
            "declared": self.declared,
            "explanations": [
                {"name": item.name, "holds": item.holds, "detail": item.detail} for item in self.explanations
            ],
            "config_hash": self.config_hash,
        }


def _decimal(value: float) -> str:
    """Return four decimals, and no minus before a zero."""
    return f"{round(value, 4) + 0.0:.4f}"
