"""An operator's stake, and what of it answers for which service.

Stake is allocated to services in parts of a magnitude, and no part twice: what one service slashes is not another's.
A new allocation counts after a delay; one that is taken back stays slashable for another, so that nobody leaves
between a fault and its punishment.

Source: Layr-Labs/eigenlayer-contracts, commit f84a5151, `docs/core/AllocationManager.md`; times are in blocks of the
L1.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from immutables import Map

from venues.security.corruption import Backing
from venues.security.slashing import WAD, slashable_shares, slashed_magnitude, slashed_shares

ALLOCATION_DELAY: Final = 126_000
"""Blocks until a new allocation counts: 17.5 days."""

DEALLOCATION_DELAY: Final = 100_800
"""Blocks for which an allocation that was taken back is still slashable: 14 days."""


@dataclass(frozen=True, slots=True)
class Allocation:
    """What answers for one service."""

    magnitude: int = 0
    """Slashable now."""

    pending: int = 0
    """What will join it, or leave it if negative."""

    effective_block: int = 0
    """First block at which the pending part has."""

    def at(self, block: int) -> "Allocation":
        """Return the allocation as it is at a block."""
        if self.pending == 0 or block < self.effective_block:
            return self
        return Allocation(self.magnitude + self.pending)


@dataclass(frozen=True, slots=True)
class Denied:
    """A change of allocation that is not possible."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One operator and the stake delegated to it, of one token."""

    name: str
    shares: int
    """Base units of the token that stakers could withdraw."""

    greatest: int = WAD
    """Magnitude that is left; all allocations together are at most this."""

    allocations: Mapping[str, Allocation] = field(default_factory=Map)

    def allocation(self, service: str, block: int) -> Allocation:
        """Return what answers for a service at a block."""
        return self.allocations.get(service, Allocation()).at(block)

    def slashable(self, service: str, block: int) -> int:
        """Return the shares that a service could slash at a block."""
        return slashable_shares(self.shares, self.allocation(service, block).magnitude, self.greatest)

    def free(self, block: int) -> int:
        """Return the magnitude that answers for nothing, and will not."""
        held = (allocation.at(block) for allocation in self.allocations.values())
        return self.greatest - sum(item.magnitude + max(item.pending, 0) for item in held)

    def allocated(self, service: str, magnitude: int, block: int) -> "Operator | Denied":
        """Return the operator after its allocation to a service was set to `magnitude`; it takes effect later."""
        now = self.allocation(service, block)
        if now.pending:
            return Denied(f"{service} has a change that waits until block {now.effective_block}")
        change = magnitude - now.magnitude
        if change > self.free(block):
            return Denied(f"{self.name} has only {self.free(block)} of {change} left to allocate")
        delay = ALLOCATION_DELAY if change > 0 else DEALLOCATION_DELAY
        return self._with(service, Allocation(now.magnitude, change, block + delay))

    def slashed(self, service: str, fraction: int, block: int) -> "Operator":
        """Return the operator after a service slashed `fraction` of what answers for it, in units of `WAD`.

        What is being taken back is slashed with the rest.
        """
        now = self.allocation(service, block)
        lost = slashed_magnitude(now.magnitude, fraction)
        pending = now.pending
        if pending < 0:
            pending += slashed_magnitude(-pending, fraction)
        greatest = self.greatest - lost
        shares = self.shares - slashed_shares(self.shares, self.greatest, greatest) if lost else self.shares
        after = replace(self, shares=shares, greatest=greatest)
        return after._with(service, Allocation(now.magnitude - lost, pending, now.effective_block))  # noqa: SLF001

    def _with(self, service: str, allocation: Allocation) -> "Operator":
        return replace(self, allocations=Map({**self.allocations, service: allocation}))


def backing(operators: Iterable[Operator], services: Iterable[str], block: int) -> Backing:
    """Return who answers for what at a block."""
    known = list(operators)
    return Backing(
        stakes={operator.name: operator.shares for operator in known},
        slashable={name: {each.name: each.slashable(name, block) for each in known} for name in services},
    )


def slashed_together(operator: Operator, fractions: Mapping[str, int], block: int) -> Operator:
    """Return an operator whose one fault several services punish, in the order of their names."""
    for service in sorted(fractions):
        operator = operator.slashed(service, fractions[service], block)
    return operator
