"""Damages: what owners are paid out of the stake of a solver that settled something else than it was awarded.

The bond of a fill says what walking away from it may cost. Whoever takes what is not its own answers with all that it
has at stake, and with no more.
"""

from collections import Counter

from auction.settlement.executor import Executor
from auction.settlement.plan import NEVER_MS, Step
from venues.calls.bonding import Slash
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
        """Have damages paid, and return how much of `call.cash` the solver's stake covers, in USDC base units."""
        stake = world.state(self._chain).escrow.bonds.get(call.solver, 0)
        cash = min(call.cash, max(0, stake - self.unpaid()[call.solver]))
        if cash:
            name = f"{call.fill_id}/damages"
            self._sent[name] = call.solver, cash
            paid = Slash(fill_id=call.fill_id, solver=call.solver, owner=call.owner, cash=cash)
            step = Step(
                id=name, kind="slash", chain=self._chain, call=paid, needs=(), deadline_ms=NEVER_MS, on_revert="retry"
            )
            self._executor.run_errand(step, self._sender, world.now_ms, world)
        return cash

    def unpaid(self) -> Counter[str]:
        """Return what of each solver's stake is on its way to owners, in USDC base units."""
        found: Counter[str] = Counter()
        for name, (solver, cash) in self._sent.items():
            found[solver] += 0 if self._executor.has_landed(name) else cash
        return found
