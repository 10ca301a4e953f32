"""What solvers can spend, what they have at stake, and how much of it is spoken for.

The stake is on chain, and only a slash takes from it. Where bonds are locked, a solver wins no more than its stake
covers: the bonds of its fills under way are spoken for until these end, and what is to be slashed until it is.

What a solver sends itself can take from an owner and the house all that was awarded over the owner's limit, and no
more: the contracts hold it to what the owner signed. So it sends itself only as much as its stake answers for.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from auction.aftermath import Aftermath
from auction.bonds import STAKE
from auction.rules import AuctionRules
from auction.sanctions.sanctions import Note
from auction.scoring import Scored
from solvers.bid import Bid
from solvers.messages import Decision
from venues.world import World


class Stakes:
    """The stakes of a run, beside its rules."""

    def __init__(self, rules: AuctionRules, aftermath: Aftermath) -> None:
        self._rules = rules
        self._aftermath = aftermath

    def free(self, world: World, solvers: Sequence[str]) -> dict[tuple[str, str], int]:
        """Return what each solver has at stake and not spoken for, as cash at a place of its own; none without locks.

        It can be below zero where the market has moved since an award.
        """
        if not self._rules.locks_bonds:
            return {}
        bonds, spoken_for = world.state(self._rules.bond_chain).escrow.bonds, self._aftermath.spoken_for()
        return {(solver, STAKE): bonds.get(solver, 0) - spoken_for.get(solver, 0) for solver in solvers}

    def bond_of(self, world: World) -> Callable[[Bid], int] | None:
        """Return what says how large the bonds of all fills of a bid are together; `None` if bonds are not locked."""
        if not self._rules.locks_bonds:
            return None
        rules, bonds, now_ms = self._rules, self._rules.bonds, world.now_ms
        until_ms = now_ms + rules.award_delay_ms + rules.policy.delivery_window_ms
        return lambda bid: sum(bonds.amount(fill.legs, world.truth, now_ms, until_ms) for fill in bid.fills)

    def answered(
        self, world: World, winners: Sequence[Scored], decisions: Mapping[str, Decision]
    ) -> tuple[dict[str, Decision], Sequence[Note]]:
        """Return the decisions, with what solvers send themselves as far as their stakes answer for it.

        What the stake does not cover, beside bonds and what else its solver has sent itself that is not yet final, is
        sent by the policy instead, and noted.
        """
        stakes = Counter(world.state(self._rules.bond_chain).escrow.bonds)
        stakes.subtract(self._aftermath.spoken_for())
        stakes.subtract(self._aftermath.at_risk())
        found, notes = dict(decisions), []
        for name, decision in sorted(decisions.items()):
            won = {scored.position: scored for scored in winners if scored.bid.solver == name}
            kept = []
            for own in decision.own:
                scored = won.get(own.position)
                if scored is None or scored.score > stakes[name]:
                    notes += [] if scored is None else [_refused(scored, stakes[name])]
                    continue
                stakes[name] -= scored.score
                kept.append(own)
            found[name] = decision.model_copy(update={"own": tuple(kept)})
        return found, notes


def _refused(scored: Scored, free: int) -> Note:
    return "own.refused", {
        "solver": scored.bid.solver,
        "position": scored.position,
        "intents": list(scored.bid.intents),
        "could_take": str(scored.score),
        "free": str(max(0, free)),
    }
