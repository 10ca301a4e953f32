"""Swaps, deposits and withdrawals of Balancer v3 pools: scaling, fees and rounding around a pool's own curve.

Tokens differ in decimals and may carry a rate; inside, every balance has 18 decimals with its rate in. What enters is
rounded down on the way in and up on the way out, what leaves the other way round. Rules of the vault, checked through
the vectors of balancer/balancer-maths, commit 63436f4e.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from venues.markets.math.fixed18 import WAD, ceil_div, complement, div_down, div_up, mul_down, mul_up

LEAST_AMOUNT: Final = 10**6
"""Smallest amount of a swap, with 18 decimals."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a trader states of a swap."""

    sold: int
    bought: int
    amount: int
    """With 18 decimals."""

    exact_in: bool
    """Whether the amount is what comes in."""


class Curve(Protocol):
    """A pool's own rule, on balances with 18 decimals."""

    @property
    def least_ratio(self) -> int:
        """Least ratio by which an unbalanced withdrawal may leave the invariant."""

    @property
    def most_ratio(self) -> int:
        """Largest ratio by which an unbalanced deposit may leave the invariant."""

    def out_given_in(self, balances: Sequence[int], sold: int, bought: int, amount: int) -> int:
        """Return what `amount`, fee taken off, brings."""

    def in_given_out(self, balances: Sequence[int], sold: int, bought: int, amount: int) -> int:
        """Return what must come in, fee not included."""

    def fee(self, balances: Sequence[int], trade: "Given", fee: int) -> int:
        """Return the fee of a swap, given the pool's plain one."""

    def invariant(self, balances: Sequence[int], *, up: bool) -> int:
        """Return the invariant, rounded as asked."""

    def balance_given_ratio(self, balances: Sequence[int], index: int, ratio: int) -> int:
        """Return the balance of a token at which the invariant has grown by `ratio`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """State of a pool in the vault."""

    curve: Curve
    balances: tuple[int, ...]
    """With 18 decimals, rates included."""

    scaling: tuple[int, ...]
    """Ten to the power of the decimals that a token has less than 18."""

    rates: tuple[int, ...]
    fee: int
    supply: int
    """Shares outstanding."""


def swap_in(pool: Pool, sold: int, bought: int, amount: int) -> int:
    """Return what `amount` of token `sold` brings, both in base units.

    Raises:
        ValueError: if the amounts are below the least, or beyond what the curve takes.
    """
    given = mul_down(amount * pool.scaling[sold], pool.rates[sold])
    fee = pool.curve.fee(pool.balances, Given(sold, bought, given, exact_in=True), pool.fee)
    net = _enough(given - mul_up(given, fee))
    out = _enough(pool.curve.out_given_in(pool.balances, sold, bought, net))
    return div_down(out, pool.scaling[bought] * _upper(pool.rates[bought]))


def swap_out(pool: Pool, sold: int, bought: int, amount: int) -> int:
    """Return how much of token `sold` must come in for `amount` of token `bought`, both in base units.

    Raises:
        ValueError: if the amounts are below the least, or beyond what the curve takes.
    """
    wanted = _enough(mul_up(amount * pool.scaling[bought], _upper(pool.rates[bought])))
    net = _enough(pool.curve.in_given_out(pool.balances, sold, bought, wanted))
    fee = pool.curve.fee(pool.balances, Given(sold, bought, wanted, exact_in=False), pool.fee)
    return div_up(net + ceil_div(net * fee, complement(fee)), pool.scaling[sold] * pool.rates[sold])


def shares_for_deposit(pool: Pool, amounts: Sequence[int]) -> int:
    """Return the shares that a deposit of any mixture brings; what is out of proportion pays the fee.

    Raises:
        ValueError: if the invariant grows beyond the curve's bound.
    """
    scaled = [mul_down(a * f, r) for a, f, r in zip(amounts, pool.scaling, pool.rates, strict=True)]
    after = [balance + amount - 1 for balance, amount in zip(pool.balances, scaled, strict=True)]
    level = pool.curve.invariant(pool.balances, up=True)
    ratio = div_down(pool.curve.invariant(after, up=False), level)
    if ratio > pool.curve.most_ratio:
        raise ValueError(f"the invariant would grow by {ratio}")
    for index, balance in enumerate(pool.balances):
        taxed = after[index] - mul_down(ratio, balance)
        if taxed > 0:
            after[index] -= mul_up(taxed, pool.fee)
    return pool.supply * (pool.curve.invariant(after, up=False) - level) // level


def deposit_for_shares(pool: Pool, index: int, shares: int) -> int:
    """Return how much of one token `shares` take, in base units.

    Raises:
        ValueError: if the invariant grows beyond the curve's bound.
    """
    supply = pool.supply + shares
    ratio = div_up(supply, pool.supply)
    if ratio > pool.curve.most_ratio:
        raise ValueError(f"the invariant would grow by {ratio}")
    after = pool.curve.balance_given_ratio(pool.balances, index, ratio)
    taxed = after - div_down(mul_down(supply, pool.balances[index]), pool.supply)
    fee = div_up(taxed, complement(pool.fee)) - taxed
    return div_up(after - pool.balances[index] + fee, pool.scaling[index] * pool.rates[index])


def amounts_for_shares(pool: Pool, shares: int) -> tuple[int, ...]:
    """Return what burning shares brings of every token in proportion, in base units."""
    return tuple(
        div_down(balance * shares // pool.supply, scaling * rate)
        for balance, scaling, rate in zip(pool.balances, pool.scaling, pool.rates, strict=True)
    )


def withdrawal_for_shares(pool: Pool, index: int, shares: int) -> int:
    """Return what burning shares brings of one token, in base units.

    Raises:
        ValueError: if the invariant shrinks beyond the curve's bound.
    """
    supply = pool.supply - shares
    ratio = div_up(supply, pool.supply)
    if ratio < pool.curve.least_ratio:
        raise ValueError(f"the invariant would shrink to {ratio}")
    after = pool.curve.balance_given_ratio(pool.balances, index, ratio)
    taxed = ceil_div(supply * pool.balances[index], pool.supply) - after
    paid = pool.balances[index] - after - mul_up(taxed, pool.fee)
    return div_down(paid, pool.scaling[index] * pool.rates[index])


def shares_for_withdrawal(pool: Pool, index: int, amount: int) -> int:
    """Return the shares to burn for `amount` of one token.

    Raises:
        ValueError: if the invariant shrinks beyond the curve's bound.
    """
    after = [balance - 1 for balance in pool.balances]
    after[index] -= mul_up(amount * pool.scaling[index], pool.rates[index])
    level = pool.curve.invariant(pool.balances, up=True)
    ratio = div_up(pool.curve.invariant(after, up=True), level)
    if ratio < pool.curve.least_ratio:
        raise ValueError(f"the invariant would shrink to {ratio}")
    taxed = mul_up(ratio, pool.balances[index]) - after[index]
    after[index] -= div_up(taxed, complement(pool.fee)) - taxed
    return ceil_div(pool.supply * (level - pool.curve.invariant(after, up=False)), level)


def _upper(rate: int) -> int:
    """Return a rate rounded up: one that is not whole may have been rounded down by who reported it."""
    return rate if rate % WAD == 0 else rate + 1


def _enough(amount: int) -> int:
    if amount < LEAST_AMOUNT:
        raise ValueError(f"{amount} is less than the smallest trade of {LEAST_AMOUNT}")
    return amount
