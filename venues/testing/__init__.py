"""Test kit for venues: what must hold of any place where something is traded, whatever it is inside.

`faults` runs every check and returns what is wrong, one sentence each; an empty list is a pass. It needs no test
framework, so that the author of a venue elsewhere can use it as it is. See docs/how-to/add-a-venue.md.

A venue is checked at rest: one whose own offers cross each other is an arbitrage, not a market.
"""

from venues.testing.kit import CHECKS, faults
from venues.testing.stage import Stage

__all__ = ["CHECKS", "Stage", "faults"]
