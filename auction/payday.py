"""What the winners of a round are owed, and which account it comes from.

Where fills are charged, a reward comes from the fees of the winner's own fills; where they are free, from what the
operator's vault on the bond chain held at the start. Where bids are paid nobody is owed anything, but fees are booked.
"""

from collections.abc import Sequence

from auction.charges import promised
from auction.fee_accounts import FeeAccounts, round_accounts
from auction.journal import Journal
from auction.payments.payment import Payment
from auction.purse import Purse
from auction.reckoning import Reckoning
from auction.round import RoundResult
from auction.rules import AuctionRules
from intents.canonical import Json
from venues.world import World


class Payday:
    """The payments of one round after the other."""

    def __init__(self, rules: AuctionRules, journal: Journal, purse: Purse, accounts: FeeAccounts | None) -> None:
        self._rules = rules
        self._journal = journal
        self._purse = purse
        self._accounts = accounts
        self._payments: tuple[Payment, ...] = ()
        self._result: RoundResult | None = None

    def decide(self, world: World, number: int, result: RoundResult, reckoning: Reckoning) -> None:
        """Work out what the winners of a round are owed and write it down, where the rule pays anything."""
        rule, charges = self._rules.payment, self._rules.charges
        self._result, self._payments = result, ()
        if charges is not None and self._accounts is not None:
            caps = charges.caps(result.winners)
            fees = promised(caps)
            self._payments = () if rule == "pay_as_bid" else reckoning.payments(rule, None, caps)
            total = reckoning.references.choice.score
            self._accounts.note_round(round_accounts(number, result, rule, self._payments, total))
        elif rule != "pay_as_bid":
            fees = self._purse.free(world)
            self._payments = reckoning.payments(rule, fees)
        if rule != "pay_as_bid":
            self._journal.note(world.now_ms, "round.payments", _noted(rule, fees, self._payments))

    def begin(self, world: World, number: int) -> None:
        """Let what was decided last count from now on: the fills that it is for are under way."""
        if self._accounts is not None:
            self._accounts.begin()
            self._accounts.end_round(world, number)
        elif self._result is not None:
            self._purse.promise(self._payments, self._result.winners)
        self._result, self._payments = None, ()


def _noted(rule: str, fees: int, payments: Sequence[Payment]) -> dict[str, Json]:
    accounts: list[Json] = [payment.account for payment in payments]
    return {"rule": rule, "fees": str(fees), "accounts": accounts}
