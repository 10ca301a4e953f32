"""What it costs to corrupt a service, and what it brings.

Whoever holds a threshold of the stake behind a service can make it say anything, and loses that stake. An attack pays
when what it brings exceeds what is lost. With stake that answers for several services, one coalition may corrupt them
together: if the same stake is counted by each, it is lost only once, so several safe services can be unsafe together.

The model of coalitions follows Durvasula and Roughgarden, "Robust Restaking Networks" (2024).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

MILLION: Final = 1_000_000

MOST_OPERATORS: Final = 16
"""Operators up to which all coalitions are tried."""

MOST_SERVICES: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Something that stake answers for."""

    name: str
    threshold_ppm: int
    """Share of its stake with which it can be corrupted, in millionths."""

    profit: int
    """What corrupting it brings, in base units of the stake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backing:
    """Who answers for what."""

    stakes: Mapping[str, int]
    """All that each operator can lose."""

    slashable: Mapping[str, Mapping[str, int]]
    """By service, what each operator can lose to it; together they may exceed the operator's stake."""

    penalties: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By service that is corrupted, the share of what answers for each service that is taken for it, in millionths.

    All of what answers for the service itself, and nothing else, for one that is left out.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """A coalition that corrupts some services at once."""

    services: tuple[str, ...]
    operators: tuple[str, ...]
    cost: int
    """Stake lost."""

    profit: int

    @property
    def gain(self) -> int:
        """What is left to the attackers; negative if it does not pay."""
        return self.profit - self.cost


def cheapest_attack(services: Iterable[Service], backing: Backing) -> Attack | None:
    """Return the coalition that corrupts all of some services at the least cost; `None` if nobody can.

    Of equally cheap ones, the one with the fewest operators, then the first by name.

    Raises:
        ValueError: if there are more operators than all coalitions of which can be tried.
    """
    targets = sorted(services, key=lambda service: service.name)
    names = sorted(backing.stakes)
    if len(names) > MOST_OPERATORS:
        raise ValueError(f"{len(names)} operators are more than {MOST_OPERATORS}; group the smallest ones")
    best: tuple[int, int, tuple[str, ...]] | None = None
    for coalition in _coalitions(names):
        if not all(_corrupts(coalition, service, backing) for service in targets):
            continue
        found = (cost(coalition, targets, backing), len(coalition), coalition)
        best = found if best is None else min(best, found)
    if best is None:
        return None
    profit = sum(service.profit for service in targets)
    return Attack(services=tuple(s.name for s in targets), operators=best[2], cost=best[0], profit=profit)


def cost(coalition: Iterable[str], services: Iterable[Service], backing: Backing) -> int:
    """Return the stake that a coalition loses if it corrupts some services: of each operator, at most all.

    Rounding: down, for each operator and each service that punishes.
    """
    targets = [service.name for service in services]
    shares = {name: _share(name, targets, backing) for name in sorted(backing.slashable)}
    total = 0
    for operator in coalition:
        losses = (backing.slashable[name].get(operator, 0) * share // MILLION for name, share in shares.items())
        total += min(sum(losses), backing.stakes[operator])
    return total


def _share(name: str, targets: Iterable[str], backing: Backing) -> int:
    """Return the share of the stake behind a service that is taken if others, or itself, are corrupted."""
    taken = (backing.penalties.get(target, {target: MILLION}).get(name, 0) for target in targets)
    return min(sum(taken), MILLION)


def attacks(services: Iterable[Service], backing: Backing) -> tuple[Attack, ...]:
    """Return the cheapest attack on every set of services that can be attacked, the most gainful first.

    Raises:
        ValueError: if there are more services than all sets of which can be tried.
    """
    known = sorted(services, key=lambda service: service.name)
    if len(known) > MOST_SERVICES:
        raise ValueError(f"{len(known)} services are more than {MOST_SERVICES}")
    sets = (group for size in range(1, len(known) + 1) for group in combinations(known, size))
    found = [attack for group in sets if (attack := cheapest_attack(group, backing)) is not None]
    return tuple(sorted(found, key=lambda attack: (-attack.gain, len(attack.services), attack.services)))


def _coalitions(names: list[str]) -> Iterator[tuple[str, ...]]:
    for size in range(1, len(names) + 1):
        yield from combinations(names, size)


def _corrupts(coalition: tuple[str, ...], service: Service, backing: Backing) -> bool:
    """Return whether a coalition holds enough of the stake behind a service."""
    stakes = backing.slashable[service.name]
    held = sum(stakes.get(name, 0) for name in coalition)
    total = sum(stakes.values())
    return total > 0 and held * MILLION >= service.threshold_ppm * total
