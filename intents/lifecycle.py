"""The states of an intent and the steps between them."""

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from pydantic import Field

from intents.boundary import Amount, Boundary
from intents.errors import IllegalTransitionError


class State(StrEnum):
    """Where an intent is on its way."""

    RECEIVED = "received"
    OPEN = "open"
    IN_AUCTION = "in_auction"
    AWARDED = "awarded"
    SETTLING = "settling"
    FILLED = "filled"
    PARTIALLY_FILLED = "partially_filled"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


FINAL_STATES: Final = frozenset(
    {State.FILLED, State.PARTIALLY_FILLED, State.REJECTED, State.EXPIRED, State.CANCELLED, State.REFUNDED}
)

_STEPS: Final = MappingProxyType(
    {
        State.RECEIVED: {State.OPEN, State.REJECTED},
        State.OPEN: {State.IN_AUCTION, State.EXPIRED, State.CANCELLED, State.PARTIALLY_FILLED, State.REFUNDED},
        State.IN_AUCTION: {State.OPEN, State.AWARDED},
        State.AWARDED: {State.SETTLING, State.OPEN, State.REFUNDED},
        State.SETTLING: {State.OPEN, State.FILLED, State.PARTIALLY_FILLED, State.REFUNDED},
        # A chain can take back the block of a delivery. What cannot be made good then is not filled after all.
        State.FILLED: {State.OPEN},
        State.PARTIALLY_FILLED: {State.REFUNDED, State.CANCELLED, State.EXPIRED},
    }
)


class Cause(StrEnum):
    """Why an intent was not filled, or a critical operation was not good: exactly one for each."""

    LATE = "late"
    DROPPED = "dropped"
    REVERTED = "reverted"
    REORGED = "reorged"
    HALTED = "halted"
    UNECONOMIC = "uneconomic"
    STALE = "stale"
    MISPRICED = "mispriced"
    UNDERCOLLATERALISED = "undercollateralised"
    NO_BIDDER = "no_bidder"
    NO_LIQUIDITY = "no_liquidity"
    SLIPPAGE = "slippage"
    SOLVER_FAULT = "solver_fault"
    NO_SOLUTION = "no_solution"
    QUARANTINED = "quarantined"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


LAYER_OF_CAUSE: Final = MappingProxyType(
    {
        Cause.LATE: "consensus",
        Cause.DROPPED: "consensus",
        Cause.REVERTED: "consensus",
        Cause.REORGED: "consensus",
        Cause.HALTED: "consensus",
        Cause.UNECONOMIC: "consensus",
        Cause.STALE: "oracle",
        Cause.MISPRICED: "oracle",
        Cause.UNDERCOLLATERALISED: "liquidation",
        Cause.NO_BIDDER: "liquidation",
        Cause.NO_LIQUIDITY: "microstructure",
        Cause.SLIPPAGE: "microstructure",
        Cause.SOLVER_FAULT: "intents",
        Cause.NO_SOLUTION: "intents",
        Cause.QUARANTINED: "intents",
        Cause.REJECTED: "user",
        Cause.CANCELLED: "user",
    }
)
"""Layer that answers for a cause. The last two are the user's own and count against no layer."""


class IntentEvent(Boundary):
    """One step of one intent, as published and recorded."""

    intent_id: str = Field(pattern=r"^[0-9a-f]{64}$")
    state: State
    time_ms: int
    reason: str = ""
    """Why, in one line, where the state alone does not say it."""

    cause: Cause | None = None
    filled: Amount = 0
    """Quantity filled so far."""


def check_step(before: State, after: State) -> None:
    """Do nothing if the lifecycle has the step.

    Raises:
        IllegalTransitionError: if it does not.
    """
    if after not in _STEPS.get(before, frozenset()):
        raise IllegalTransitionError(before, after)
