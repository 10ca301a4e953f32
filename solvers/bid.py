"""Bids: what a solver offers to do, for whom, at what price, and by which orders."""

from typing import Final, Literal

from pydantic import Field

from intents.boundary import Amount, Boundary, SignedAmount
from venues.markets.venue import Order

MAX_FILLS: Final = 16
MAX_ORDERS: Final = 32
MAX_BATCH_BIDS: Final = 3
"""Bids of one solver in one round that fill more than one intent."""


class BidFill(Boundary):
    """One parcel: a quantity of one intent delivered on one chain."""

    intent_id: str = Field(pattern=r"^[0-9a-f]{64}$")
    quantity: Amount
    """Units of the intent, in base units."""

    debit: SignedAmount
    """USDC base units the owner pays the solver for the legs; negative where they receive. A fee comes on top."""

    chain: str = Field(max_length=41)
    legs: dict[str, SignedAmount] = Field(max_length=64)
    """What the owner receives; negative quantities are sold by them."""

    orders: tuple[Order, ...] = Field(max_length=MAX_ORDERS)
    """What the solver trades for it, in this order; each with the bound at which it refuses."""


class Bid(Boundary):
    """An offer that is accepted whole or not at all."""

    kind: Literal["bid"] = "bid"
    solver: str = Field(pattern=r"^[a-z0-9][-a-z0-9]{0,47}$")
    round: int = Field(ge=0)
    fills: tuple[BidFill, ...] = Field(min_length=1, max_length=MAX_FILLS)

    @property
    def intents(self) -> tuple[str, ...]:
        """Ids of the intents it fills, sorted."""
        return tuple(sorted({fill.intent_id for fill in self.fills}))
