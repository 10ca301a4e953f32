"""What one fill owes: signed intent, quantity, legs, price and places; everything settlement is checked against."""

from collections.abc import Mapping
from dataclasses import dataclass

from intents.canonical import content_id
from intents.errors import InvalidSignatureError
from intents.intent import SignedIntent
from intents.satisfaction import violation
from intents.signing import verify
from intents.wants import collateral_per_unit


@dataclass(frozen=True, slots=True, kw_only=True)
class FillTerms:
    """What a fill owes to whom."""

    fill_id: str
    intent_id: str
    signed: SignedIntent
    """What the owner signed: the contracts check it themselves."""

    solver: str
    chain: str
    """CAIP-2 id of the chain of delivery."""

    quantity: int
    """Units of the intent."""

    debit: int
    """USDC the owner pays for the legs; negative where they receive."""

    legs: Mapping[str, int]
    """What the owner receives; negative quantities are sold by them."""

    fee: int = 0
    """USDC the owner pays the house on top."""

    @property
    def owner(self) -> str:
        """Account that pays and receives."""
        return self.signed.intent.owner

    @property
    def home(self) -> str:
        """CAIP-2 id of the chain of the owner's escrow."""
        return self.signed.intent.home

    @property
    def id(self) -> str:
        """Content id of everything that is owed: what a proof of delivery proves."""
        legs = {name: str(quantity) for name, quantity in self.legs.items()}
        names = {"fill": self.fill_id, "intent": self.intent_id, "solver": self.solver, "chain": self.chain}
        fee = {"fee": str(self.fee)} if self.fee else {}
        return content_id({**names, "quantity": str(self.quantity), "debit": str(self.debit), "legs": legs, **fee})

    @property
    def collateral(self) -> int:
        """USDC of the owner that goes to their clearing account to back the legs."""
        return self.signed.intent.collateral(self.quantity)

    @property
    def cash(self) -> int:
        """USDC the solver is paid for the legs and their collateral; negative where it pays."""
        return self.debit + self.collateral

    @property
    def total(self) -> int:
        """USDC the owner's vault pays in all, the fee included; negative where it receives."""
        return self.cash + self.fee

    @property
    def fee_at_home(self) -> int:
        """Part of the fee that the owner's escrow pays; the rest is kept back of what they receive elsewhere."""
        return self.fee if self.chain == self.home else max(0, self.total) - max(0, self.cash)

    @property
    def gain(self) -> int:
        """USDC the owner gains over the limit."""
        return self.signed.intent.max_debit(self.quantity) - self.debit - self.fee

    def violation(self, remaining: int | None) -> str | None:
        """Return how the terms break what the owner signed, or `None`; `remaining` as in `violation`."""
        intent = self.signed.intent
        if intent.chains and self.chain not in intent.chains:
            return f"delivery on {self.chain} is not allowed"
        if collateral_per_unit(intent.want) is None:
            return "no amount of cash backs the want"
        try:
            if verify(self.signed) != self.intent_id:
                return "the signature is for another intent"
        except InvalidSignatureError as error:
            return str(error)
        if self.fee < 0:
            return f"a fee of {self.fee} is none"
        return violation(intent, self.legs, self.quantity, self.debit + self.fee, remaining=remaining)
