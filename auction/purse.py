"""The operator's purse: collected fees in a vault on one chain, out of which solvers are rewarded.

A reward is promised with the award and paid on chain once all fills it is for are concluded, less the surplus of those
that were not delivered. What is promised or under way is never promised again, so that the purse can always pay.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from auction.journal import Journal
from auction.payments.payment import Payment
from auction.scoring import Scored
from auction.settlement.executor import Executor
from auction.settlement.plan import NEVER_MS, Step, fill_id
from intents.canonical import Json
from venues.calls.reward import Reward
from venues.world import World


@dataclass(slots=True, kw_only=True)
class _Promise:
    """A reward that is not yet due."""

    id: str
    solver: str
    reward: int
    gains: dict[str, int]
    """By fill that is not concluded, what its owner gains."""

    missed: int = 0
    """Surplus of the fills that were not delivered."""


class Purse:
    """Fees in one vault on one chain, and what of them is promised."""

    def __init__(self, executor: Executor, journal: Journal, chain: str, holder: str) -> None:
        self._executor = executor
        self._journal = journal
        self._chain = chain
        self._holder = holder
        self._promises: dict[str, _Promise] = {}
        """By fill."""

        self._sent: dict[str, int] = {}
        """Cash of each payment that is on its way, by step."""

    def free(self, world: World) -> int:
        """Return what can still be promised, in USDC base units."""
        self._sent = {step: cash for step, cash in self._sent.items() if not self._executor.has_landed(step)}
        promised = {promise.id: promise.reward for promise in self._promises.values()}
        held = world.state(self._chain).escrow.vault(self._holder)
        return held - sum(promised.values()) - sum(self._sent.values())

    def promise(self, payments: Sequence[Payment], winners: Sequence[Scored]) -> None:
        """Take note of the rewards of a round, for the fills of its winners."""
        for payment in payments:
            own = [scored for scored in winners if scored.bid.solver == payment.solver]
            if payment.reward <= 0 or not own:
                continue
            gains = {
                fill_id(payment.solver, scored.bid.round, scored.position, index): gain
                for scored in own
                for index, gain in enumerate(scored.gains)
            }
            name = f"{own[0].bid.round}.{payment.solver}"
            promise = _Promise(id=name, solver=payment.solver, reward=payment.reward, gains=gains)
            self._promises |= dict.fromkeys(gains, promise)

    def conclude(self, world: World, fill: str, *, delivered: bool) -> None:
        """Take note of what became of a fill, and pay the reward if it was the last it is for."""
        promise = self._promises.pop(fill, None)
        if promise is None:
            return
        gain = promise.gains.pop(fill)
        promise.missed += 0 if delivered else gain
        if not promise.gains:
            self._pay(world, promise)

    def _pay(self, world: World, promise: _Promise) -> None:
        due = max(promise.reward - promise.missed, 0)
        body: dict[str, Json] = {
            "id": promise.id,
            "solver": promise.solver,
            "reward": str(promise.reward),
            "missed": str(promise.missed),
            "due": str(due),
        }
        self._journal.note(world.now_ms, "reward.due", body)
        if not due:
            return
        call = Reward(reward_id=promise.id, payer=self._holder, solver=promise.solver, cash=due)
        step = Step(
            id=f"{promise.id}/reward",
            kind="reward",
            chain=self._chain,
            call=call,
            needs=(),
            deadline_ms=NEVER_MS,
            on_revert="retry",
        )
        self._sent[step.id] = due
        self._executor.run_errand(step, self._holder, world.now_ms, world)
