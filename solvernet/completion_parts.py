"""Sections of a scenario file for safety deposits, and for those who finish the settlements of others for them."""

from pydantic import Field

from intents.boundary import Boundary
from solvernet.quantities import Seconds


class DepositPart(Boundary):
    """What a solver leaves with each lock."""

    gas_percent: int = Field(gt=0)
    """As a percentage of what a completed claim costs at the policy's offer when the fill is awarded."""

    grace_s: Seconds
    """Time for which a step that has become possible is its own party's to carry out."""


class CompleterPart(Boundary):
    """A keeper who completes claims and refunds on one chain where the deposit pays for the gas."""

    chain: str
    period_s: float = Field(gt=0)
    offset_s: Seconds = 0.0
    retry_s: float = Field(default=60.0, gt=0)
    """Time after which a transaction that still waits is replaced by a dearer one."""
