"""Who paid for what went wrong, and to whom: damages, gas in vain, deliveries that were not paid for, restitutions.

What users missed because a fill failed is not a payment and stands with the causes. What adversaries took has a table
of its own.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from auction.aftermath import OPERATOR
from auction.ledger import Event
from auction.settlement.run import Run
from intents.assets import ETH_UNIT, PRICE_UNIT, USDC_UNIT
from intents.boundary import Boundary
from solvernet.record import Completion, Recorder, Restitution
from venues.bridges import Loss
from venues.calls.restitution import RESERVE
from venues.world import World

OWNERS: Final = "owners"
PRODUCERS: Final = "block producers"
ERRANDS: Final = frozenset({"refund", "restitution", "slash", "fine"})


class PaidLine(Boundary):
    """All payments of one kind, from one to another."""

    what: str
    because: str
    """Cause of the failures that they were for."""

    payer: str
    payee: str
    count: int
    usd: float


class _Key(NamedTuple):
    what: str
    because: str
    payer: str
    payee: str


class WhoPaid:
    """Adds up payments."""

    def __init__(self, world: World) -> None:
        """Start without any; gas is valued at the true price of the present instant."""
        self._price = world.truth.price(world.now_ms)
        self._cash: defaultdict[_Key, int] = defaultdict(int)
        self._counts: defaultdict[_Key, int] = defaultdict(int)

    @property
    def lines(self) -> tuple[PaidLine, ...]:
        """What was added so far, the dearest first."""
        found = [
            PaidLine(**key._asdict(), count=self._counts[key], usd=cash / USDC_UNIT)
            for key, cash in self._cash.items()
            if cash
        ]
        return tuple(sorted(found, key=lambda line: (-line.usd, line.what, line.payer)))

    def add(self, key: tuple[str, str, str, str], cash: int) -> None:
        """Add one payment of USDC base units: what, because of what, by whom, to whom."""
        if cash:
            self._cash[_Key(*key)] += cash
            self._counts[_Key(*key)] += 1

    def add_fill(self, run: Run, failure: Mapping[str, Any] | None) -> None:
        """Add what a fill cost that failed, or that was delivered and not paid for."""
        terms = run.plan.terms
        if failure is not None:
            cause = str(failure["cause"])
            self.add(("damages from the bond", cause, terms.solver, OWNERS), int(failure["slashed"]))
            self.add(("gas in vain", cause, terms.solver, PRODUCERS), self._usdc(sum(run.gas_wei.values())))
        elif run.status("lock") == "failed":
            self.add(("delivery without payment", "reorged", terms.solver, OWNERS), max(0, terms.cash))

    def add_errands(self, events: Sequence[Event]) -> None:
        """Add the gas of refunds and slashings."""
        for event in events:
            body = event.body if isinstance(event.body, dict) else {}
            if event.kind == "step" and body.get("step") in ERRANDS and "cost_wei" in body:
                cash = self._usdc(int(str(body["cost_wei"])))
                self.add((f"gas of a {body['step']}", "failed fills", OPERATOR, PRODUCERS), cash)

    def add_breaches(self, events: Sequence[Event]) -> None:
        """Add damages for fills that were settled otherwise than awarded, and what nobody made good."""
        for event in events:
            if event.kind == "fill.breached" and isinstance(event.body, dict):
                solver, slashed = str(event.body["solver"]), int(str(event.body["slashed"]))
                missing = int(str(event.body["damage"])) - slashed
                self.add(("damages from the bond", "breach", solver, OWNERS), slashed)
                self.add(("loss that nobody made good", "breach", OWNERS, solver), missing)
                fined, lost = int(str(event.body.get("fined", 0))), int(str(event.body.get("lost_fee", 0)))
                self.add(("lost fee from the bond", "breach", solver, OPERATOR), fined)
                self.add(("loss that nobody made good", "breach", OPERATOR, solver), lost - fined)

    def add_fines(self, events: Sequence[Event]) -> None:
        """Add the penalties of winners that let fills fail."""
        for event in events:
            if event.kind == "reward.due" and isinstance(event.body, dict) and "fine" in event.body:
                solver, fine = str(event.body["solver"]), int(str(event.body["fine"]))
                self.add(("penalty from the bond", "solver_fault", solver, OPERATOR), fine)

    def add_restitution(self, found: Restitution) -> None:
        """Add what an owner got back whose delivery was undone after it was paid for, and what nobody gave back."""
        self.add(("restitution", "reorged", found.solver, OWNERS), found.solver_cash)
        self.add(("restitution", "reorged", RESERVE, OWNERS), found.reserve_cash)
        self.add(("restitution", "reorged", OPERATOR, OWNERS), found.fee_cash)
        self.add(("loss that nobody made good", "reorged", OWNERS, found.solver), found.missing_cash)

    def add_completion(self, found: Completion) -> None:
        """Add the safety deposit that went to somebody who finished a step."""
        self.add(("safety deposit", f"unfinished {found.what}", found.solver, found.by), self._usdc(found.deposit_wei))

    def add_loss(self, bridge: str, loss: Loss) -> None:
        """Add what somebody lost at a bridge."""
        because = "reorged" if loss.cause == "undone" else "forged"
        self.add((f"loss at bridge {bridge}", because, loss.bearer, "receiver of the transfer"), loss.cash)

    def _usdc(self, wei: int) -> int:
        return wei * self._price * USDC_UNIT // (ETH_UNIT * PRICE_UNIT)


def who_paid(world: World, runs: Sequence[Run], events: Sequence[Event], recorder: Recorder) -> tuple[PaidLine, ...]:
    """Return who paid for what went wrong in a run, the dearest first."""
    book = WhoPaid(world)
    bodies = (event.body for event in events if event.kind == "fill.failed")
    failures = {str(body["fill_id"]): body for body in bodies if isinstance(body, dict)}
    for run in runs:
        book.add_fill(run, failures.get(run.plan.terms.fill_id) if not run.delivered_ms else None)
    book.add_errands(events)
    book.add_breaches(events)
    book.add_fines(events)
    for restitution in recorder.restitutions:
        book.add_restitution(restitution)
    for completion in recorder.completions:
        book.add_completion(completion)
    for chain in world.chain_ids:
        for name, port in sorted(world.state(chain).bridges.items()):
            for loss in port.losses:
                book.add_loss(name, loss)
    return book.lines
