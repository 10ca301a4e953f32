"""How the rounds of a run are held."""

from dataclasses import dataclass, replace
from typing import Final

from auction.bonds import BondRule, Bonds
from auction.charges import Charges
from auction.payments.payment import PaymentRule
from auction.quarantine.rules import QuarantineRules
from auction.sanctions.by_table import TableRules
from auction.settlement.policy import SettlementPolicy
from auction.winner_determination.packing import Budget
from auction.winner_determination.rounds import EXACT, WinnerRule
from intents.fees import RoundFees

QUICK: Final = Budget(nodes=500)
"""Budget of each search for a reference score that nobody is paid by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuctionRules:
    """How rounds are run."""

    award_delay_ms: int
    """Time from the snapshot to the award: bidding and the auctioneer's own work, in the world's time."""

    nodes: int
    """Work budget of solvers: branch-and-bound nodes for each program."""

    reference_chain: str
    """Chain whose oracle converts gas into dollars."""

    bond_chain: str
    """Chain where bonds are staked."""

    bond: BondRule = "ends"
    """How large they are."""

    locks_bonds: bool = False
    """Whether a solver wins no more than its stake covers: the bonds of its fills under way are spoken for."""

    policy: SettlementPolicy
    payment: PaymentRule = "pay_as_bid"
    """What winners are paid beyond the margin they bid for: out of the fees of their fills, or where fills are free,
    out of what is in the operator's vault on `bond_chain`."""

    winners: WinnerRule | None = None
    """How winners are chosen; exactly, and without limits on counts, if `None`."""

    sanctions: TableRules | None = None
    """The rule table of penalties; every single fault suspends if `None`."""

    prices_conflicts: bool = False
    """Whether every losing bid is told the score that it would have won with, and what is short at which price."""

    quarantine: QuarantineRules | None = None
    """How poison intents are found and kept out; nothing is kept out if `None`."""

    last_resort: str = ""
    """Solver whose bids count only where nobody else's holds; nobody if empty."""

    charges: Charges | None = None
    """What fills are charged, and what becomes of it; fills are free if `None`."""

    @property
    def bonds(self) -> Bonds:
        """Where bonds are staked, and how large they are."""
        return Bonds(self.bond_chain, self.bond)

    @property
    def are_plain(self) -> bool:
        """Whether winners are chosen and paid as ever, so that the journal needs nothing more."""
        return self.payment == "pay_as_bid" and self.winners is None

    def fees_at(self, spot: int) -> RoundFees | None:
        """Return the fees of a round in which ether counts at a price in dollars times `PRICE_UNIT`."""
        return self.charges.rule.at(spot) if self.charges is not None else None

    @property
    def choice(self) -> WinnerRule:
        """Rule that winners are chosen by."""
        return self.winners or EXACT

    @property
    def reference_rule(self) -> WinnerRule:
        """Rule that reference scores are worked out by: that of the winners, with less search where nobody is paid."""
        return replace(EXACT, budget=QUICK) if self.are_plain else self.choice
