"""What everybody on a chain owns, and what it is worth at the true price, in whole numbers.

Worth is counted in units so small that cash, ether and options are all whole multiples of them: nothing is rounded when
accounts are compared, and what some gain others lose to the last unit.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from intents.assets import ETH, ETH_UNIT, OPTION_UNIT, PRICE_UNIT, USDC, USDC_UNIT
from venues.chain_state import ChainState
from venues.clearing import NO_ACCOUNT, Account
from venues.truth import Truth

WORTH_UNIT: Final = ETH_UNIT * PRICE_UNIT // USDC_UNIT
"""Units of worth in a base unit of USDC: with them a wei at a whole price is a whole number."""

OPTION_WORTH: Final = ETH_UNIT // OPTION_UNIT
"""Units of worth of a base unit of an option at a price of one `PRICE_UNIT`-th of a dollar."""

OTHERS: Final = "other contracts"
"""Stands for the USDC and wei that no account below accounts for."""


@dataclass(frozen=True, slots=True)
class Marks:
    """True prices at one instant, each in dollars times `PRICE_UNIT`."""

    ether: int
    options: Mapping[str, int]

    def worth(self, account: Account) -> int:
        """Return the worth of what an account holds."""
        options = sum(quantity * self.options[name] for name, quantity in account.positions.items())
        return account.cash * WORTH_UNIT + account.ether * self.ether + options * OPTION_WORTH


def marks(truth: Truth, time_ms: int, accounts: Iterable[Account]) -> Marks:
    """Return the true price of ether, and fair prices of the options that some accounts hold."""
    names = sorted({name for account in accounts for name in account.positions})
    fair = truth.fair(names, time_ms).tolist() if names else []
    options = {name: round(price * PRICE_UNIT) for name, price in zip(names, fair, strict=True)}
    return Marks(truth.price(time_ms), options)


def holdings(state: ChainState) -> dict[str, Account]:
    """Return what everybody owns on a chain, by name.

    A wallet, a vault, a lock and a bond count to their owner, a reserve to its pool, what a bridge holds to the bridge.
    """
    found: dict[str, Account] = {}
    for name, account in _parts(state):
        found[name] = found.get(name, NO_ACCOUNT).plus(
            cash=account.cash, ether=account.ether, positions=account.positions
        )
    cash, ether = state.totals()
    cash -= sum(account.cash for account in found.values())
    ether -= sum(account.ether for account in found.values()) + state.burned
    if cash or ether:
        found[OTHERS] = Account(cash, ether)
    return found


def _parts(state: ChainState) -> Iterator[tuple[str, Account]]:
    yield from state.clearing.accounts.items()
    for name, wei in state.wallets.items():
        yield name, Account(0, wei)
    escrow = state.escrow
    for name, cash in (*escrow.vaults.items(), *escrow.bonds.items()):
        yield name, Account(cash)
    for each in escrow.locks.values():
        if each.state == "locked":
            yield each.owner, Account(each.cash)
    for deposit in escrow.deposits.values():
        yield deposit.solver, Account(0, deposit.wei)
    for venue in state.venues.values():
        yield venue.id, _of(venue.reserves())
    for lock in state.hashlocks.values():
        yield lock.terms.owner, _of(lock.holdings())
    for port in state.bridges.values():
        yield port.id, Account(port.held)


def _of(held: Mapping[str, int]) -> Account:
    """Return amounts by symbol as an account."""
    options = {symbol: quantity for symbol, quantity in held.items() if symbol not in {USDC, ETH} and quantity}
    return Account(held.get(USDC, 0), held.get(ETH, 0), options)


def changes(before: ChainState, after: ChainState) -> dict[str, Account]:
    """Return what everybody owns more in one state than in another, by name; only those who own something else."""
    old, new = holdings(before), holdings(after)
    found = {}
    for name in sorted({*old, *new}):
        was, now = old.get(name, NO_ACCOUNT), new.get(name, NO_ACCOUNT)
        if was == now:
            continue
        less = {symbol: -quantity for symbol, quantity in was.positions.items()}
        found[name] = now.plus(cash=-was.cash, ether=-was.ether, positions=less)
    return found
