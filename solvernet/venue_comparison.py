"""Orders at venues of each kind under two scenarios, compared seed by seed."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

STUDENT: Final = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78, 6: 2.57, 7: 2.45, 8: 2.36, 9: 2.31, 10: 2.26}
"""97.5 % quantile of Student's distribution, by the number of seeds."""


@dataclass(frozen=True, slots=True)
class Line:
    """Orders at venues of one kind on one chain under one scenario and one seed."""

    scenario: str
    seed: int
    chain: str
    kind: str
    asked: int
    quoted: float
    """Part of the questions that got a quote."""

    late: float
    """Part of the quoted orders whose transaction did not get into a block in time."""

    gone: float
    """Part of those that landed for which the venue had nothing left, whatever the price."""

    refused: float
    """Part of those that landed which would not fill within the bound of a solver; those that are gone among them."""

    slippage_bps: float
    """What those that could trade came to beyond the quote, bound or no bound."""

    cost_bps: float
    """The same beyond fair value when they were asked."""

    wait_s: float
    """Median time from the question to the block."""

    fullness: float
    """Share of the blocks' space that others took."""

    base_fee_gwei: float

    @property
    def filled(self) -> float:
        """Part of the questions whose transaction landed, if there was a quote, that came to a trade."""
        return self.quoted * (1 - self.refused)


WHAT: Final = (
    "quoted",
    "late",
    "gone",
    "refused",
    "filled",
    "slippage_bps",
    "cost_bps",
    "wait_s",
    "fullness",
    "base_fee_gwei",
)

Row = dict[str, float | str]
"""Means of both scenarios and their difference, by name."""


def compared(lines: Sequence[Line], twins: tuple[str, str]) -> list[Row]:
    """Return, for each kind and chain, the means under both scenarios, and the difference with its 95 % interval."""
    rows: list[Row] = []
    for chain, kind in sorted({(line.chain, line.kind) for line in lines}):
        row: Row = {"chain": chain, "kind": kind}
        for what in WHAT:
            calm, crowded = (by_seed(lines, (chain, kind, what), name) for name in twins)
            row |= {f"{what}_calm": mean(list(calm.values())), f"{what}_crowded": mean(list(crowded.values()))}
            gaps = [crowded[seed] - calm[seed] for seed in sorted(calm) if seed in crowded]
            row |= {f"{what}_difference": mean(gaps), f"{what}_half_width": half_width(gaps)}
        rows.append(row)
    return rows


def by_seed(lines: Sequence[Line], place: tuple[str, str, str], scenario: str) -> Mapping[int, float]:
    """Return one figure of one kind on one chain by seed, where there is one; `place` is chain, kind and figure."""
    chain, kind, what = place
    return {
        line.seed: float(getattr(line, what))
        for line in lines
        if (line.chain, line.kind, line.scenario) == (chain, kind, scenario) and math.isfinite(getattr(line, what))
    }


def half_width(values: Sequence[float]) -> float:
    """Return half the width of the 95 % interval of a mean; not a number for fewer than two or more than ten values."""
    if len(values) not in STUDENT:
        return math.nan
    return STUDENT[len(values)] * statistics.stdev(values) / math.sqrt(len(values))


def mean(values: Sequence[float]) -> float:
    """Return the mean; not a number without values."""
    return math.fsum(values) / len(values) if values else math.nan


def text(row: Row) -> str:
    """Return one line of the comparison."""
    return (
        f"{row['chain']:9} {row['kind']:16} quoted {row['quoted_calm']:.2f} -> {row['quoted_crowded']:.2f}"
        f"  wait {row['wait_s_calm']:.0f} -> {row['wait_s_crowded']:.0f} s"
        f"  late {row['late_calm']:.3f} -> {row['late_crowded']:.3f}"
        f"  refused {row['refused_calm']:.3f} -> {row['refused_crowded']:.3f}"
        f" ({row['refused_difference']:+.3f} +- {row['refused_half_width']:.3f})"
        f"  slippage {row['slippage_bps_calm']:+.2f} -> {row['slippage_bps_crowded']:+.2f}"
        f" ({row['slippage_bps_difference']:+.2f} +- {row['slippage_bps_half_width']:.2f})"
        f"  cost {row['cost_bps_calm']:+.1f} -> {row['cost_bps_crowded']:+.1f}"
        f" ({row['cost_bps_difference']:+.1f} +- {row['cost_bps_half_width']:.1f})\n"
    )
