"""All stake of a restaking protocol: who has it, what of it is on its way out, and what was taken.

Every operator here stakes its own ether. Whoever leaves waits two weeks, and what waits is slashed like the rest: at
the end it is paid at the magnitude that is left then. What is taken goes to a pot and stays there. The sum never
changes but for what is paid out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from immutables import Map

from venues.security.deposit import Deposit, Withdrawal
from venues.security.operator import Allocation, Denied, Operator, slashed_together
from venues.security.slashing import WAD


@dataclass(frozen=True, slots=True)
class Slashed:
    """A punishment."""

    operator: str
    services: tuple[str, ...]
    wei: int
    """Taken, of the stake and of what was on its way out."""

    time_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StakeBook:
    """The contract's storage."""

    operators: Map[str, Operator] = field(default_factory=Map)
    deposits: Map[str, Deposit] = field(default_factory=Map)
    """What each operator staked, of its own."""

    leaving: Map[str, Withdrawal] = field(default_factory=Map)
    pot: int = 0
    """Wei that were taken."""

    slashes: tuple[Slashed, ...] = ()

    def with_operator(self, name: str, wei: int, parts: Mapping[str, int]) -> "StakeBook":
        """Return the book with a new operator whose allocations, in units of `WAD`, count from the start."""
        allocations = Map({service: Allocation(part) for service, part in parts.items()})
        operator = Operator(name=name, shares=wei, allocations=allocations)
        return replace(
            self,
            operators=self.operators.set(name, operator),
            deposits=self.deposits.set(name, Deposit(shares=wei)),
        )

    def total(self) -> int:
        """Return all wei in the contract."""
        held = sum(operator.shares for operator in self.operators.values())
        return held + sum(self.queued(name) for name in self.leaving) + self.pot

    def queued(self, name: str) -> int:
        """Return what of an operator's stake is on its way out, at its magnitude now."""
        withdrawal = self.leaving.get(name)
        return withdrawal.paid(self.operators[name].greatest) if withdrawal else 0

    def answering(self) -> tuple[Operator, ...]:
        """Return the operators with all that can still be slashed, in order of name."""
        names = sorted(self.operators)
        return tuple(replace(self.operators[n], shares=self.operators[n].shares + self.queued(n)) for n in names)

    def slashed(self, name: str, fractions: Mapping[str, int], block: int, time_ms: int) -> "StakeBook":
        """Return the book after several services punished one fault, each by its fraction of what answers for it."""
        before, queued = self.operators[name], self.queued(name)
        after = slashed_together(before, fractions, block)
        book = replace(self, operators=self.operators.set(name, after))
        taken = before.shares - after.shares + queued - book.queued(name)
        slash = Slashed(name, tuple(sorted(fractions)), taken, time_ms)
        return replace(book, pot=self.pot + taken, slashes=(*self.slashes, slash))

    def punished_since(self, name: str, time_ms: int) -> bool:
        """Return whether an operator was punished after an instant; one punishment is for all that went before."""
        return any(slash.operator == name and slash.time_ms > time_ms for slash in self.slashes)

    def left(self, name: str, block: int) -> "StakeBook | Denied":
        """Return the book after an operator asked for all of its stake back."""
        if name in self.leaving:
            return Denied(f"{name} is leaving already")
        deposit, withdrawal = self.deposits[name].withdrawn(self.deposits[name].shares, block)
        operator = self.operators[name]
        wei = withdrawal.paid(operator.greatest)
        return replace(
            self,
            deposits=self.deposits.set(name, deposit),
            leaving=self.leaving.set(name, withdrawal),
            operators=self.operators.set(name, replace(operator, shares=operator.shares - wei)),
        )

    def paid_out(self, name: str, block: int) -> "tuple[StakeBook, int] | Denied":
        """Return the book after an operator's wait is over, and the wei that it is paid."""
        withdrawal = self.leaving.get(name)
        if withdrawal is None:
            return Denied(f"{name} is not leaving")
        if block < withdrawal.ready_block():
            return Denied(f"{name} must wait until block {withdrawal.ready_block()}")
        return replace(self, leaving=self.leaving.delete(name)), self.queued(name)


def wad(percent: float) -> int:
    """Return per cent in units of `WAD`, to a ten-thousandth of a per cent."""
    return round(percent * 10_000) * (WAD // 1_000_000)
