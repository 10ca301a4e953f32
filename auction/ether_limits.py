"""Ether for gas as something that winners share, where a solver may not have enough for all that it bids.

What a bid may cost in gas is named like cash on a place of its own, `chain/ether`, in gwei. Where a solver's ether
covers all of its bids together nothing is named: such a limit could not bind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from auction.cash_needs import StepPrice, ether_needs
from auction.scoring import Dropped, Scored, Tender, plans_of

GWEI: Final = 10**9


@dataclass(frozen=True, slots=True)
class EtherBudget:
    """What solvers can pay gas with."""

    free_wei: Mapping[tuple[str, str], int]
    """By solver and chain: less what earlier awards may still cost."""

    price: StepPrice
    """The most that a step may cost."""


def ether_place(chain: str) -> str:
    """Return the name under which the ether of a chain is counted beside its cash."""
    return f"{chain}/ether"


def with_ether(
    answers: Mapping[str, Sequence[Scored | Dropped]], tender: Tender, budget: EtherBudget
) -> tuple[dict[str, list[Scored | Dropped]], dict[tuple[str, str], int]]:
    """Return the answers to all sheets with what they need of scarce ether, and how much of it there is, in gwei.

    Args:
        answers: By solver.
        tender: What bids were checked against.
        budget: What solvers have.
    """
    named: dict[str, list[Scored | Dropped]] = {}
    free: dict[tuple[str, str], int] = {}
    for solver, found in answers.items():
        costs = [_costs(answer, tender, budget.price) for answer in found]
        scarce = _scarce(solver, costs, budget.free_wei)
        named[solver] = [_named(answer, cost, scarce) for answer, cost in zip(found, costs, strict=True)]
        free |= {(solver, ether_place(chain)): max(left, 0) // GWEI for chain, left in scarce.items()}
    return named, free


def _costs(answer: Scored | Dropped, tender: Tender, price: StepPrice) -> dict[str, int]:
    if isinstance(answer, Dropped):
        return {}
    return ether_needs(plans_of(answer.bid, answer.position, tender), price)


def _scarce(solver: str, costs: Sequence[Mapping[str, int]], free_wei: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """Return the chains where a solver's bids together may cost more than it has, and what it has there."""
    chains = sorted({chain for cost in costs for chain in cost})
    left = {chain: free_wei.get((solver, chain), 0) for chain in chains}
    return {chain: wei for chain, wei in left.items() if sum(cost.get(chain, 0) for cost in costs) > wei}


def _named(answer: Scored | Dropped, cost: Mapping[str, int], scarce: Mapping[str, int]) -> Scored | Dropped:
    if isinstance(answer, Dropped) or not scarce:
        return answer
    ether = {ether_place(chain): -(-cost[chain] // GWEI) for chain in scarce if chain in cost}
    return replace(answer, needs={**answer.needs, **ether})
