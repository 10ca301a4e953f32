"""Paying solvers out of the fees, on whichever chains the fees are.

Fees lie where fills were paid for. What is due waits until the vaults hold it beyond what is on its way already, so
that no payment is sent that its vault cannot make; then it is taken from the fullest vaults first.
"""

from dataclasses import dataclass

from auction.settlement.executor import Executor
from auction.settlement.plan import NEVER_MS, Step, StepKind
from venues.calls.bonding import Fine
from venues.calls.reward import Reward
from venues.escrow import COLLECTOR
from venues.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A payment that a solver is owed."""

    id: str
    solver: str
    cash: int
    """USDC base units."""


class Cashier:
    """All that is owed to solvers and not yet paid."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._due: list[Due] = []
        self._sent: dict[str, tuple[str, int]] = {}
        """Chain and cash of every payment that was sent, by step."""

    @property
    def owed(self) -> int:
        """What waits for cash, in USDC base units."""
        return sum(due.cash for due in self._due)

    def owe(self, due: Due) -> None:
        """Take note of a payment; nothing of it is sent before `pay`."""
        if due.cash > 0:
            self._due.append(due)

    def pay(self, world: World) -> None:
        """Send what the vaults can pay, in the order in which it became due."""
        waiting, self._due = self._due, []
        for due in waiting:
            pieces = self._pieces(world, due.cash)
            if sum(pieces.values()) < due.cash:
                self._due.append(due)
                continue
            for place, (chain, cash) in enumerate(pieces.items()):
                name = f"{due.id}.{place}"
                call = Reward(reward_id=name, payer=COLLECTOR, solver=due.solver, cash=cash)
                step = _errand(f"{name}/reward", "reward", chain, call)
                self._sent[step.id] = (chain, cash)
                self._executor.run_errand(step, COLLECTOR, world.now_ms, world)

    def fine(self, world: World, chain: str, due: Due) -> None:
        """Take what a solver owes from its bond on a chain."""
        call = Fine(fine_id=due.id, solver=due.solver, cash=due.cash)
        self._executor.run_errand(_errand(f"{due.id}/fine", "fine", chain, call), COLLECTOR, world.now_ms, world)

    def _pieces(self, world: World, cash: int) -> dict[str, int]:
        """Return how much of a payment each chain makes, as far as the vaults reach."""
        free = {chain: world.state(chain).escrow.vault(COLLECTOR) for chain in world.chain_ids}
        for step, (chain, sent) in self._sent.items():
            free[chain] -= 0 if self._executor.has_landed(step) else sent
        pieces: dict[str, int] = {}
        for chain in sorted(free, key=lambda name: (-free[name], name)):
            part = min(free[chain], cash - sum(pieces.values()))
            if part > 0:
                pieces[chain] = part
        return pieces


def _errand(name: str, kind: StepKind, chain: str, call: Reward | Fine) -> Step:
    return Step(id=name, kind=kind, chain=chain, call=call, needs=(), deadline_ms=NEVER_MS, on_revert="retry")
