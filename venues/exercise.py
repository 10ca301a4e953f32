"""Exercise of American options before their expiry: who is assigned, and what changes hands.

Writers are assigned in proportion to what they have written; what rounding leaves goes one base unit at a time to
those with the largest remainders, in order of name. Each pays as at an expiry: cash first, then ether at the price.
"""

from dataclasses import dataclass

from intents.exposure import Backing
from intents.options import PAYOFF_SCALE, OptionSeries
from venues.clearing import ClearingHouse
from venues.debts import handed_over


@dataclass(frozen=True, slots=True)
class Exercised:
    """What an exercise leaves."""

    clearing: ClearingHouse
    received: Backing
    """What the holder is paid: cash in USDC base units, and wei of ether worth the rest."""

    assigned: tuple[tuple[str, int], ...]
    """Writers, and how much of the exercise fell on each, in base units."""


def assignment(clearing: ClearingHouse, symbol: str, quantity: int) -> tuple[tuple[str, int], ...]:
    """Return the writers on whom an exercise falls, by name, and how much of it on each, in base units."""
    written = {
        owner: -account.positions[symbol]
        for owner, account in sorted(clearing.accounts.items())
        if account.positions.get(symbol, 0) < 0
    }
    total = sum(written.values())
    shares = {owner: quantity * held // total for owner, held in written.items()}
    left = quantity - sum(shares.values())
    for owner in sorted(written, key=lambda owner: (-(quantity * written[owner] % total), owner))[:left]:
        shares[owner] += 1
    return tuple((owner, share) for owner, share in shares.items() if share)


def exercised(clearing: ClearingHouse, owner: str, series: OptionSeries, quantity: int, price: int) -> Exercised:
    """Return the clearing house after a holder has exercised a part of a long position.

    Args:
        clearing: As it stands; `owner` holds at least `quantity`.
        owner: The holder.
        series: What is exercised, at a price that makes it worth something.
        quantity: Base units.
        price: Dollars times `PRICE_UNIT`.

    Rounding: each writer pays a base unit at most more than exact, which the holder gets.
    """
    assigned = assignment(clearing, series.symbol, quantity)
    after, ether, cash = clearing, 0, 0
    for writer, share in assigned:
        freed = after.change(writer, positions={series.symbol: share})
        account = freed.account(writer)
        owed = -(-share * series.intrinsic(price) // PAYOFF_SCALE)
        paid = handed_over(Backing(account.ether, account.cash), account.options(), owed, price)
        after = freed.change(writer, cash=-paid.cash, ether=-paid.ether)
        ether, cash = ether + paid.ether, cash + paid.cash
    after = after.change(owner, cash=cash, ether=ether, positions={series.symbol: -quantity})
    return Exercised(after, Backing(ether, cash), assigned)
