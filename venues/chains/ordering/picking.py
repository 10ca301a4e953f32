"""What goes into a block: first what the producer is obliged to take, then what the chain's rule of order picks."""

from dataclasses import replace
from typing import TypeVar

from venues.chains.ordering import by_arrival, by_flashblock, by_price
from venues.chains.ordering.picked import Desk, Mandate, Picked
from venues.chains.transaction import Ledger

S = TypeVar("S", bound=Ledger)


def pick(desk: Desk[S]) -> Picked[S]:
    """Return the transactions of a block, in order."""
    if desk.mandate is None:
        return by_rule(desk)
    picked = by_rule(_bound(desk, desk.mandate))
    return replace(picked, chosen=(*desk.mandate.first, *picked.chosen))


def by_rule(desk: Desk[S]) -> Picked[S]:
    """Return what the chain's rule of order takes."""
    rules = desk.rules
    if rules.arrival is not None:
        return by_arrival.pick(desk, rules.arrival)
    if rules.sequencing is not None and rules.sequencing.preconfirmation_ms < rules.interval_ms:
        return by_flashblock.pick(desk, rules.sequencing.preconfirmation_ms)
    return by_price.pick(desk)


def _bound(desk: Desk[S], mandate: Mandate[S]) -> Desk[S]:
    """Return the desk without what a mandate takes or keeps out."""
    first = {transaction.id for transaction in mandate.first}
    room = desk.rules.block_gas - sum(transaction.gas for transaction in mandate.first)
    return replace(
        desk,
        rules=replace(desk.rules, block_gas=0 if mandate.is_closed else room),
        waiting=tuple(each for each in desk.waiting if each.id not in first and each.id not in mandate.barred),
    )
