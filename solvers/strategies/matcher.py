"""Internal matcher: opposite intents meet each other before anybody goes to a venue."""

from collections.abc import Sequence

from solvers.bid import MAX_BATCH_BIDS, MAX_FILLS, Bid
from solvers.routing.crossing import Crossing, crossings
from solvers.routing.exact import allocate
from solvers.routing.problem import EngineName
from solvers.solver import ROUTING, Batch, RoutedIntent, Solver


class Matcher(Solver):
    """Cross what can be crossed; bid for the rest of the intents one by one."""

    software = ROUTING

    def __init__(self, *, markup_bps: float = 8.0, engine: EngineName = "greedy") -> None:
        """Charge `markup_bps` on the notional; route what does not cross with `engine`."""
        self.markup_bps = markup_bps
        self.engine: EngineName = engine

    def solve(self, batch: Batch) -> Sequence[Bid | None]:
        """Return a batch bid for each of the best crossings, and a bid for each intent on its own."""
        alone = {job.intent_id: batch.route(job, engine=self.engine) for job in batch.intents}
        allocation = allocate(batch.graph, batch.intents, nodes=batch.nodes) if len(batch.intents) > 1 else None
        found = crossings(batch.graph, allocation) if allocation is not None else []
        allowed = [each for each in found if len(each.jobs) <= MAX_FILLS and _is_backed(batch, each)]
        best = sorted(allowed, key=lambda crossing: -crossing.surplus)[:MAX_BATCH_BIDS]
        batch.work.append(allocation.work if allocation is not None else 0)
        together = [self._bid(batch, crossing, alone) for crossing in best]
        return [*together, *(routed.to_bid(markup_bps=self.markup_bps) for routed in alone.values())]

    def _bid(self, batch: Batch, crossing: Crossing, alone: dict[str, RoutedIntent]) -> Bid | None:
        """Return a bid that leaves each owner what its intent would get alone, and shares the rest equally."""
        pairs = list(zip(crossing.jobs, crossing.parcels, strict=True))
        charge = sum(int(batch.notional(part.quantity) * self.markup_bps / 10_000) for _, part in pairs)
        floors = [_scaled(alone[job.intent_id], part.quantity) for job, part in pairs]
        spare = crossing.surplus - charge - sum(floors)
        if spare < 0:
            return None
        share = spare // len(pairs)
        fills = [
            batch.fill_at(job, part, job.intent.max_debit(part.quantity) - floor - share)
            for (job, part), floor in zip(pairs, floors, strict=True)
        ]
        return batch.bid(fills)


def _is_backed(batch: Batch, crossing: Crossing) -> bool:
    """Return whether the solver has what backs the legs it is short of for a moment, as far as that is known."""
    held = batch.snapshot.by_chain[crossing.parcels[0].chain].holdings.get(batch.solver)
    need = crossing.backing
    return held is None or (need.cash <= held.cash and need.ether <= held.ether)


def _scaled(routed: RoutedIntent, quantity: int) -> int:
    """Return the surplus an intent would get alone, in proportion to `quantity`, rounded up."""
    if not routed:
        return 0
    whole = getattr(routed.answer, "quantity", quantity)
    return -(-routed.surplus * min(quantity, whole) // whole)
