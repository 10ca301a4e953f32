"""The intent: a wish with its terms, and the signature that makes it binding."""

from typing import Final, Literal

from pydantic import Field, model_validator

from intents.assets import OPTION_UNIT, USDC_UNIT
from intents.boundary import MAX_TIME_MS, Amount, Boundary, SignedAmount
from intents.errors import UnboundedLossError
from intents.wants import Want, collateral_per_unit

LOT: Final = 10**16
"""Smallest step of a quantity: a hundredth of an option."""

MAX_QUANTITY: Final = 10**6 * OPTION_UNIT
"""Largest quantity of one intent."""

MAX_LIMIT: Final = 10**7 * USDC_UNIT
"""Largest debit or credit per unit that makes sense, in USDC base units."""

FillRule = Literal["all_or_none", "partial"]


class Intent(Boundary):
    """What a user wants, how much of it, and the worst terms they accept."""

    owner: str = Field(pattern=r"^0x[0-9a-fA-F]{40}$")
    """Address that signs, pays and receives; in EIP-55 form, or no signature fits it."""

    nonce: Amount
    """Chosen by the owner; `(owner, nonce)` belongs to one intent for ever."""

    home: str = Field(pattern=r"^eip155:[1-9][0-9]{0,18}$")
    """CAIP-2 chain where the owner's escrow is; an EVM chain, because the signature names its number."""

    want: Want
    quantity: Amount
    """Units of the want, in base units of an option; a multiple of `LOT`."""

    limit: SignedAmount
    """Most net debit per unit in USDC base units; negative is the least net credit."""

    fill: FillRule = "partial"
    minimum: Amount = 0
    """Least quantity of a single fill, for partial fills."""

    valid_from_ms: int = Field(ge=0, le=MAX_TIME_MS)
    valid_until_ms: int = Field(gt=0, le=MAX_TIME_MS)
    """Last instant, inclusive, at which the intent may be awarded."""

    chains: tuple[str, ...] = Field(default=(), max_length=16)
    """Chains on which delivery is accepted; empty means any."""

    venues: tuple[str, ...] = Field(default=(), max_length=64)
    """Venues that may be used; empty means any."""

    @model_validator(mode="after")
    def _terms_make_sense(self) -> "Intent":
        if self.quantity == 0 or self.quantity % LOT:
            raise ValueError(f"quantity must be a positive multiple of {LOT} (a hundredth of an option)")
        if self.quantity > MAX_QUANTITY or abs(self.limit) > MAX_LIMIT:
            raise ValueError("quantity or limit is beyond any sense")
        if self.minimum > self.quantity:
            raise ValueError("minimum is larger than the quantity")
        if self.valid_until_ms <= self.valid_from_ms:
            raise ValueError("valid_until_ms must be later than valid_from_ms")
        return self

    def max_debit(self, quantity: int) -> int:
        """Return the most USDC the owner pays for `quantity`, rounded down; negative is the least they receive."""
        return self.limit * quantity // OPTION_UNIT

    def collateral(self, quantity: int) -> int:
        """Return the USDC that backs `quantity` in the clearing house, rounded up.

        Raises:
            UnboundedLossError: if no amount of cash backs the want.
        """
        per_unit = collateral_per_unit(self.want)
        if per_unit is None:
            raise UnboundedLossError
        return -(-per_unit * quantity // OPTION_UNIT)

    def escrow(self, quantity: int) -> int:
        """Return the USDC the owner must hold for `quantity`: collateral and the largest debit, never below zero."""
        return max(0, self.collateral(quantity) + self.max_debit(quantity))


class SignedIntent(Boundary):
    """An intent with its owner's EIP-712 signature."""

    intent: Intent
    signature: str = Field(pattern=r"^0x[0-9a-f]{130}$")
    """65 bytes r, s, v in hex."""
