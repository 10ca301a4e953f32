"""The section of a scenario that says what fills are charged and what becomes of the fees."""

from typing import Annotated

from pydantic import Field

from auction.charges import Charges
from intents.assets import USDC_UNIT
from intents.boundary import Boundary
from intents.fees import PPM, FeeRule
from solvernet.quantities import Dollars

Percent = Annotated[float, Field(ge=0, le=100)]
PPM_OF_PERCENT = PPM // 100


class FeesPart(Boundary):
    """What fills are charged, who is paid from it, and by how much."""

    notional_percent: Percent = 0.0
    """Share of the value of the underlying of each contract."""

    premium_cap_percent: float = Field(default=12.5, ge=0.0001, lt=100)
    """Most of the premium that the fee for volume may take."""

    surplus_percent: float = Field(default=0.0, ge=0, lt=99.9999)
    """Share of what a fill gains its owner over the limit."""

    reward_percent: Percent = 100.0
    """Most of the fees of a winner's own fills that its reward may take."""

    most_penalty: Dollars = 0.0
    """Most that a winner pays out of its bond in a round for fills that failed by its fault, beside damages."""

    epoch_rounds: int = Field(default=12, gt=0)
    consistency_percent: Percent = 0.0
    """Share of what an epoch leaves that goes to solvers by how well they bid and keep their word."""

    def charges(self) -> Charges:
        """Return the same in base units and millionths."""
        rule = FeeRule(
            notional_ppm=_ppm(self.notional_percent),
            premium_ppm=_ppm(self.premium_cap_percent),
            surplus_ppm=_ppm(self.surplus_percent),
        )
        return Charges(
            rule=rule,
            reward_ppm=_ppm(self.reward_percent),
            most_penalty=round(self.most_penalty * USDC_UNIT),
            epoch_rounds=self.epoch_rounds,
            consistency_ppm=_ppm(self.consistency_percent),
        )


def _ppm(percent: float) -> int:
    return round(percent * PPM_OF_PERCENT)
