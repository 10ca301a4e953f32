"""Section of a scenario file for how implied volatility moves with spot."""

from typing import Annotated

from pydantic import Field

from intents.boundary import Boundary

Positive = Annotated[float, Field(gt=0, le=1e12)]
Fraction = Annotated[float, Field(gt=0, lt=1)]


class SpotVolPart(Boundary):
    """How the level at the money answers to the price; see `risk.spot_vol`."""

    elasticity_down: Annotated[float, Field(ge=0)]
    elasticity_up: Annotated[float, Field(ge=0)]
    anchor_half_life_s: Positive
    crash: Fraction
    """Fall within the window from which volatility jumps."""

    window_s: Positive
    jump: Annotated[float, Field(ge=0)]
    jump_half_life_s: Positive
    most: Annotated[float, Field(ge=1)]
    """Bound of the factor on the level."""
