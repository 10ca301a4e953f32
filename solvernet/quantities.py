"""Numbers as scenario files write them, with the bounds within which a world can be built of them.

The bounds are wide: what lies outside is a slip of the pen, not a market.
"""

from typing import Annotated, Final

from pydantic import Field

MOST_S: Final = 3.2e8
"""Ten years."""

Seconds = Annotated[float, Field(ge=0, le=MOST_S)]
Period = Annotated[float, Field(ge=0.001, le=MOST_S)]
"""Seconds between two things that happen again and again, or over which something halves."""

Dollars = Annotated[float, Field(ge=0, le=1e12)]
Ether = Annotated[float, Field(ge=0, le=1e9)]
Depth = Annotated[float, Field(ge=0.001, le=1e9)]
"""Ether of a pool, which cannot be empty."""

Options = Annotated[float, Field(ge=0.01, le=1e6)]
"""Whole options, to a hundredth."""

Share = Annotated[float, Field(ge=0, le=1)]
Percent = Annotated[float, Field(ge=0, lt=100)]
Vol = Annotated[float, Field(gt=0.001, le=100)]
"""Annual volatility."""

Factor = Annotated[float, Field(ge=0, le=100)]
Gwei = Annotated[float, Field(ge=0, le=1e6)]
Count = Annotated[int, Field(gt=0, le=100_000)]
Few = Annotated[int, Field(gt=0, le=1000)]
Strike = Annotated[int, Field(gt=0, lt=1_000_000)]
"""Dollars."""

__all__ = [
    "Count",
    "Depth",
    "Dollars",
    "Ether",
    "Factor",
    "Few",
    "Gwei",
    "Options",
    "Percent",
    "Period",
    "Seconds",
    "Share",
    "Strike",
    "Vol",
]
