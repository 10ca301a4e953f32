"""The clearing house of one chain: who holds which options, what backs them, and what they pay at expiry.

Positions of a series sum to zero. Accounts hold cash and ether; what an account must keep is asked of a margin rule,
by default full collateral: the worst that can happen is already there.

At expiry debtors pay cash first, then ether at the settlement price; creditors receive the same mix in proportion.
What rounding leaves stays in the account `DUST`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from immutables import Map

from intents.assets import ETH
from intents.exposure import Backing, backing
from intents.options import PAYOFF_SCALE, OptionSeries, parse_series
from intents.spare_ether import backing_beside
from venues.debts import handed_over
from venues.observed import UNOBSERVED, Observed

DUST: Final = "clearing.dust"
"""Account that keeps what rounding leaves over."""


@dataclass(frozen=True, slots=True)
class Account:
    """Holdings of one owner."""

    cash: int = 0
    ether: int = 0
    positions: Mapping[str, int] = field(default_factory=dict)
    """Signed quantity of each series; no zeros."""

    def options(self) -> list[tuple[OptionSeries, int]]:
        """Return the positions with their series, in order of symbol."""
        return [(parse_series(symbol), self.positions[symbol]) for symbol in sorted(self.positions)]

    def plus(self, *, cash: int = 0, ether: int = 0, positions: Mapping[str, int] | None = None) -> "Account":
        """Return the account after signed changes."""
        held = dict(self.positions)
        for symbol, quantity in (positions or {}).items():
            held[symbol] = held.get(symbol, 0) + quantity
            if held[symbol] == 0:
                del held[symbol]
        return Account(self.cash + cash, self.ether + ether, held)


NO_ACCOUNT: Final = Account()


class MarginRule(Protocol):
    """Says what an account must hold."""

    def requirement(self, account: Account) -> Backing:
        """Return the cash and ether that the account's positions need."""


class FullCollateral:
    """The worst terminal loss is held from the start."""

    def requirement(self, account: Account) -> Backing:
        """Return the exact backing of the positions; where cash is short, with what spare ether makes good."""
        options = account.options()
        need = backing(options)
        if account.cash >= need.cash or account.ether <= need.ether:
            return need
        return backing_beside(options, account.ether)


FULL_COLLATERAL: Final = FullCollateral()


@dataclass(frozen=True, slots=True)
class Settlement:
    """How one expiry was settled."""

    expiry_ms: int
    price: int
    time_ms: int
    paid: int
    """USDC base units owed by all debtors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearingHouse:
    """All accounts of one chain."""

    accounts: Map[str, Account] = field(default_factory=Map)
    settlements: tuple[Settlement, ...] = ()
    observed: Observed = UNOBSERVED
    """Barriers touched and prices fixed, as far as somebody has had them recorded."""

    def account(self, owner: str) -> Account:
        """Return the account of `owner`, empty if there is none."""
        return self.accounts.get(owner, NO_ACCOUNT)

    def change(
        self, owner: str, *, cash: int = 0, ether: int = 0, positions: Mapping[str, int] | None = None
    ) -> "ClearingHouse":
        """Return the clearing house after signed changes to one account; the caller balances them."""
        account = self.account(owner).plus(cash=cash, ether=ether, positions=positions)
        return replace(self, accounts=self.accounts.set(owner, account))

    def move(self, giver: str, taker: str, legs: Mapping[str, int], cash: int) -> "ClearingHouse":
        """Return the clearing house after `giver` hands over legs (`ETH` is ether) and cash; either may be negative."""
        options = {symbol: quantity for symbol, quantity in legs.items() if symbol != ETH}
        ether = legs.get(ETH, 0)
        opposite = {symbol: -quantity for symbol, quantity in options.items()}
        after = self.change(giver, cash=-cash, ether=-ether, positions=opposite)
        return after.change(taker, cash=cash, ether=ether, positions=options)

    def shortfall(self, owner: str, margin: MarginRule = FULL_COLLATERAL) -> Backing:
        """Return what `owner` lacks to back their positions; zero in both parts if nothing."""
        account = self.account(owner)
        need = margin.requirement(account)
        return Backing(max(0, need.ether - account.ether), max(0, need.cash - account.cash))

    def uncovered(self, owners: Iterable[str]) -> str | None:
        """Return the first of `owners`, in order of name, whose positions are not backed."""
        return next((owner for owner in sorted(set(owners)) if any_lacking(self.shortfall(owner))), None)

    def open_interest(self) -> dict[str, int]:
        """Return the long quantity of each series."""
        total: dict[str, int] = {}
        for account in self.accounts.values():
            for symbol, quantity in account.positions.items():
                if quantity > 0:
                    total[symbol] = total.get(symbol, 0) + quantity
        return dict(sorted(total.items()))

    def totals(self) -> tuple[int, int]:
        """Return all cash and all ether held."""
        accounts = self.accounts.values()
        return sum(account.cash for account in accounts), sum(account.ether for account in accounts)

    def expired(self, now_ms: int) -> tuple[int, ...]:
        """Return the expiries that are due and still have positions."""
        held = {parse_series(symbol).expiry_ms for account in self.accounts.values() for symbol in account.positions}
        return tuple(sorted(expiry for expiry in held if expiry <= now_ms))

    def exotics(self, expiry_ms: int) -> tuple[OptionSeries, ...]:
        """Return the series of an expiry that somebody holds and that are not European, in order of symbol."""
        held = {symbol for account in self.accounts.values() for symbol in account.positions}
        found = (parse_series(symbol) for symbol in sorted(held))
        return tuple(series for series in found if series.expiry_ms == expiry_ms and not series.is_european)

    def settle(self, expiry_ms: int, price: int, now_ms: int, observed: Observed | None = None) -> "ClearingHouse":
        """Return the clearing house after an expiry is paid out.

        Args:
            expiry_ms: Which.
            price: Settlement price, in dollars times `PRICE_UNIT`.
            now_ms: Present.
            observed: What is known of barriers and fixings by then; what was recorded if left out.
        """
        seen = self.observed if observed is None else observed
        owners = sorted(owner for owner in self.accounts if _legs(self.accounts[owner], expiry_ms))
        worth = {owner: _worth(self.accounts[owner], expiry_ms, price, seen) for owner in owners}
        payments = {owner: _payment(self.accounts[owner], expiry_ms, -worth[owner], price) for owner in owners}
        owed = sum(-value for value in worth.values() if value < 0)
        pot = Backing(sum(p.ether for p in payments.values()), sum(p.cash for p in payments.values()))
        accounts = self.accounts.mutate()
        left = pot
        for owner in owners:
            share = _share(pot, worth[owner], owed)
            left = Backing(left.ether - share.ether, left.cash - share.cash)
            gone = {series.symbol: -quantity for series, quantity in _legs(self.accounts[owner], expiry_ms)}
            accounts[owner] = self.accounts[owner].plus(
                cash=share.cash - payments[owner].cash, ether=share.ether - payments[owner].ether, positions=gone
            )
        accounts[DUST] = accounts.get(DUST, NO_ACCOUNT).plus(cash=left.cash, ether=left.ether)
        done = Settlement(expiry_ms, price, now_ms, owed)
        return replace(self, accounts=accounts.finish(), settlements=(*self.settlements, done))


def any_lacking(need: Backing) -> bool:
    """Return whether anything is missing."""
    return need.cash > 0 or need.ether > 0


def _legs(account: Account, expiry_ms: int) -> list[tuple[OptionSeries, int]]:
    return [(series, quantity) for series, quantity in account.options() if series.expiry_ms == expiry_ms]


def _worth(account: Account, expiry_ms: int, price: int, seen: Observed) -> int:
    """Return the payoff of an account's positions, rounded down: a debtor pays no less, a creditor gets no more."""
    return sum(held * seen.payoff(series, price) for series, held in _legs(account, expiry_ms)) // PAYOFF_SCALE


def _payment(account: Account, expiry_ms: int, owed: int, price: int) -> Backing:
    others = [(series, q) for series, q in account.options() if series.expiry_ms != expiry_ms]
    return handed_over(Backing(account.ether, account.cash), others, owed, price)


def _share(pot: Backing, worth: int, owed: int) -> Backing:
    if worth <= 0 or owed <= 0:
        return Backing(0, 0)
    return Backing(pot.ether * worth // owed, pot.cash * worth // owed)
