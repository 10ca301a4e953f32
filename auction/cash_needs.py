"""What fills take of their solver: cash in its accounts, and ether in its wallets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from auction.settlement.plan import Plan, Step
from intents.exposure import backing, split_legs
from solvers.routing.desk import bought
from venues.calls.fill_terms import FillTerms
from venues.markets.venue import Order

StepPrice = Callable[[Step], int]
"""The most ether, in wei, that a step may cost its sender."""


@dataclass(frozen=True, slots=True)
class Owed:
    """One fill that its solver has promised, or offers to."""

    terms: FillTerms
    orders: tuple[Order, ...]


def cash_needs(fills: Sequence[Owed]) -> dict[str, int]:
    """Return the free USDC that the fills of one bid take of their solver on each chain, in base units.

    That is the bounds of purchases, what is fronted to owners away from their home, and what backs the options that
    the solver writes itself: legs that its orders do not bring.
    """
    needs: dict[str, int] = {}
    for fill in fills:
        terms = fill.terms
        spent = sum(order.bound for order in fill.orders if order.side == "buy")
        spent -= sum(order.bound for order in fill.orders if order.side == "sell")
        at_home = terms.home == terms.chain
        due = spent - terms.debit if at_home else spent + terms.collateral + max(0, -terms.cash)
        needs[terms.chain] = needs.get(terms.chain, 0) + max(due, 0)
    return {chain: need + _written(fills, chain) for chain, need in needs.items()}


def ether_needs(plans: Sequence[Plan], price: StepPrice) -> dict[str, int]:
    """Return the wei that the steps of plans may cost their solver on each chain."""
    needs: dict[str, int] = {}
    for step in (step for plan in plans for step in plan.steps):
        needs[step.chain] = needs.get(step.chain, 0) + price(step)
    return needs


def _written(fills: Sequence[Owed], chain: str) -> int:
    """Return the most cash that backs what fills leave with their solver on a chain, after any of them."""
    held: dict[str, int] = {}
    most = 0
    for fill in (fill for fill in fills if fill.terms.chain == chain):
        left: Mapping[str, int] = bought(fill.orders)
        for name in {*left, *fill.terms.legs}:
            held[name] = held.get(name, 0) + left.get(name, 0) - fill.terms.legs.get(name, 0)
        options, _ = split_legs({name: quantity for name, quantity in held.items() if quantity})
        most = max(most, backing(options).cash)
    return most
