"""A solver that counts what may go wrong: margin, venues that failed before, and cash that comes too late.

Settlement sends a solver's orders, not its transfers between chains. So this one bids for no route whose cash would
have to be brought first.
"""

from collections.abc import Sequence
from typing import Final

from solvers.bid import Bid
from solvers.messages import Notice
from solvers.routing.failures import Record, chances
from solvers.routing.layers import Schedule
from solvers.routing.problem import Job, Route
from solvers.routing.risk import Margin, Risk, Tail
from solvers.solver import ROUTING, Batch, RoutedIntent, Solver

INCLUSION_MS: Final = 15_000
"""What the solver allows for a transaction to get into any chain."""


class Careful(Solver):
    """Route each intent with its risks priced, and keep a record of every venue it traded at."""

    software = ROUTING

    def __init__(
        self,
        *,
        markup_bps: float = 9.0,
        least_success: float = 0.9,
        margin_rate: float = 0.05,
        tail_weight: float = 0.02,
        within_s: float = 600.0,
    ) -> None:
        """Take the markup on the notional, and the terms of care.

        Args:
            markup_bps: Basis points of the notional.
            least_success: Least chance that all venues and bridges of a route work.
            margin_rate: What margin costs, a year.
            tail_weight: Dollars of surplus that a dollar of mean loss in the worst cases is worth.
            within_s: Seconds within which cash must have come and deliveries be made.
        """
        self._markup_bps = markup_bps
        self._least_success = least_success
        self._margin = Margin(rate=margin_rate)
        self._tail = Tail(weight=tail_weight)
        self._within_ms = round(within_s * 1000)
        self._records: dict[str, Record] = {}
        self._used: dict[str, frozenset[str]] = {}
        """Venues of the last route of each intent."""

    def solve(self, batch: Batch) -> Sequence[Bid | None]:
        """Return a bid for each intent that has a route with risks worth taking."""
        risk = self._risk(batch)
        routed = (self._routed(batch, job, risk) for job in batch.intents)
        return [each.to_bid(markup_bps=self._markup_bps) if _is_funded(each) else None for each in routed]

    def on_settled(self, notice: Notice) -> None:
        """Count what became of a route's venues."""
        for venue in self._used.get(notice.intent_id, ()):
            record = self._records.get(venue, Record())
            self._records[venue] = record.plus(failed=notice.topic == "failed")

    def _routed(self, batch: Batch, job: Job, risk: Risk) -> RoutedIntent:
        routed = batch.route(job, risk=risk)
        if isinstance(routed.answer, Route):
            orders = (order for part in routed.answer.parcels for order in part.orders)
            self._used[job.intent_id] = frozenset(order.venue for order in orders)
        return routed

    def _risk(self, batch: Batch) -> Risk:
        chains = batch.snapshot.by_chain
        holdings = {chain: view.holdings.get(batch.solver) for chain, view in chains.items()}
        return Risk(
            margin=self._margin,
            chances=chances(batch.snapshot, self._records),
            least_success=self._least_success,
            tail=self._tail,
            schedule=Schedule(
                within_ms=self._within_ms,
                inclusion_ms=dict.fromkeys(chains, INCLUSION_MS),
                cash={chain: held.cash if held is not None else 0 for chain, held in holdings.items()},
            ),
        )


def _is_funded(routed: RoutedIntent) -> bool:
    """Return whether a route can be paid for with what lies on its chains."""
    answer = routed.answer
    return isinstance(answer, Route) and answer.risk is not None and not answer.risk.transfers
