"""Damages: what a solver pays out of its stake that settled something else than it was awarded.

The bond of a fill says what walking away from it may cost. Whoever takes what is not its own answers with all that it
has at stake, and with no more: to the owner first, then to the house for the fee that it lost.
"""

from collections import Counter

from auction.settlement.executor import Executor
from auction.settlement.plan import NEVER_MS, Step, StepKind
from venues.calls.bonding import Fine, Slash
from venues.world import World


class Damages:
    """All damages of a run, on the chain where bonds are staked."""

    def __init__(self, executor: Executor, chain: str, sender: str) -> None:
        self._executor = executor
        self._chain = chain
        self._sender = sender
        self._sent: dict[str, tuple[str, int]] = {}
        """Solver and cash of each payment, by its step."""

    def take(self, world: World, call: Slash) -> int:
        """Have an owner paid, and return how much of `call.cash` the solver's stake covers, in USDC base units."""
        cash = self._covered(world, call.solver, call.cash)
        paid = Slash(fill_id=call.fill_id, solver=call.solver, owner=call.owner, cash=cash)
        self._send(world, f"{call.fill_id}/damages", "slash", paid)
        return cash

    def fine(self, world: World, call: Fine) -> int:
        """Have the house paid, and return how much of `call.cash` the solver's stake covers, in USDC base units."""
        cash = self._covered(world, call.solver, call.cash)
        paid = Fine(fine_id=call.fine_id, solver=call.solver, cash=cash)
        self._send(world, f"{call.fine_id}/lost-fee", "fine", paid)
        return cash

    def unpaid(self) -> Counter[str]:
        """Return what of each solver's stake is on its way to owners and the house, in USDC base units."""
        found: Counter[str] = Counter()
        for name, (solver, cash) in self._sent.items():
            found[solver] += 0 if self._executor.has_landed(name) else cash
        return found

    def _covered(self, world: World, solver: str, cash: int) -> int:
        stake = world.state(self._chain).escrow.bonds.get(solver, 0)
        return min(cash, max(0, stake - self.unpaid()[solver]))

    def _send(self, world: World, name: str, kind: StepKind, call: Slash | Fine) -> None:
        if not call.cash:
            return
        self._sent[name] = call.solver, call.cash
        step = Step(id=name, kind=kind, chain=self._chain, call=call, needs=(), deadline_ms=NEVER_MS, on_revert="retry")
        self._executor.run_errand(step, self._sender, world.now_ms, world)
