"""What was awarded, read back from the events of a run.

Nothing is taken from the award alone: the bid that won, the intent that was signed and the list of winners are read
too, so that an award that differs from them shows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast

from auction.ledger import Event
from auction.settlement.plan import fill_id, terms_of
from auction.validator.verdict import Verdict, missing, violation
from intents.canonical import Json
from intents.fees import RoundFees
from intents.intent import SignedIntent
from solvers.bid import Bid
from solvers.messages import BidSheet
from venues.calls.fill_terms import FillTerms
from venues.markets.venue import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Awarded:
    """One fill as it has to be settled."""

    terms: FillTerms
    orders: tuple[Order, ...]
    award_ms: int
    deliver_by_ms: int


@dataclass(slots=True)
class Awards:
    """All awards that a run has written down so far, sorted by what they are looked up by, and read when asked for."""

    _signed: dict[str, Mapping[str, Json]] = field(default_factory=dict)
    _sheets: dict[tuple[int, str], Mapping[str, Json]] = field(default_factory=dict)
    _winners: dict[int, frozenset[str]] = field(default_factory=dict)
    _fees: dict[int, RoundFees] = field(default_factory=dict)
    _awarded: dict[str, Event] = field(default_factory=dict)
    _read: dict[str, Awarded | Verdict] = field(default_factory=dict)
    ends: dict[str, str] = field(default_factory=dict)
    """What the auctioneer last said of a fill: `fill.delivered`, `fill.undone` or `fill.failed`."""

    def hear(self, events: Iterable[Event]) -> None:
        """Take in what was written down."""
        for event in events:
            body = _body(event)
            if event.kind == "intent.received":
                self._signed[str(body["intent_id"])] = cast("Mapping[str, Json]", body["signed"])
            elif event.kind == "bids.opened":
                self._sheets[event.round, str(body["solver"])] = body
            elif event.kind == "round.opened" and "fees" in body:
                self._fees[event.round] = RoundFees.model_validate(body["fees"], strict=False)
            elif event.kind == "round.closed":
                self._winners[event.round] = frozenset(map(str, cast("list[Json]", body["winners"])))
            elif event.kind == "fill.awarded":
                self._awarded[str(body["fill"])] = event
            elif event.kind in {"fill.delivered", "fill.undone"}:
                self.ends[str(body["fill"])] = event.kind
            elif event.kind == "fill.failed":
                self.ends[str(body["fill_id"])] = event.kind

    def knows(self, fill: str) -> bool:
        """Return whether a fill of this name was awarded."""
        return fill in self._awarded

    @property
    def fills(self) -> tuple[str, ...]:
        """Names of the awarded fills, in the order of their awards."""
        return tuple(self._awarded)

    def award(self, fill: str) -> Awarded | Verdict:
        """Return an awarded fill, or a verdict if its records are missing or disagree."""
        known = self._read.get(fill)
        if known is None:
            known = self._award(self._awarded[fill])
            if isinstance(known, Awarded) or known.kind == "violation":
                self._read[fill] = known
        return known

    def _award(self, event: Event) -> Awarded | Verdict:
        body = _body(event)
        name = str(body["fill"])
        parts = name.split(".")
        if len(parts) != 4:
            return violation(name, "name", f"{name} is not the name of a fill")
        number, solver, position, index = int(parts[0]), parts[1], int(parts[2]), int(parts[3])
        bid = self._bid(number, solver, position)
        if bid is None or index >= len(bid.fills):
            return missing(name, "bid", f"no bid {position} of {solver} in round {number} is recorded")
        signed = self._signed.get(bid.fills[index].intent_id)
        if signed is None:
            return missing(name, "intent", f"intent {bid.fills[index].intent_id[:12]} is not recorded")
        if number not in self._winners:
            return missing(name, "winners", f"the close of round {number} is not recorded")
        if f"{solver}/{position}" not in self._winners[number]:
            return violation(name, "not_a_winner", f"bid {position} of {solver} did not win round {number}")
        intent = SignedIntent.model_validate(signed, strict=False)
        terms = terms_of(bid, position, index, intent, self._fees.get(number))
        differs = _difference(body, terms)
        if differs or fill_id(solver, number, position, index) != name:
            return violation(name, "award", f"the award has another {differs or 'name'} than the bid")
        return Awarded(
            terms=terms,
            orders=bid.fills[index].orders,
            award_ms=event.time_ms,
            deliver_by_ms=int(str(body["deliver_by"])),
        )

    def _bid(self, number: int, solver: str, position: int) -> Bid | None:
        sheet = self._sheets.get((number, solver))
        bids = BidSheet.model_validate(sheet, strict=False).bids if sheet is not None else ()
        return bids[position] if position < len(bids) else None


def _difference(body: Mapping[str, Json], terms: FillTerms) -> str:
    """Return the first field in which an award differs from the bid it is for."""
    owed = {
        "intent_id": terms.intent_id,
        "solver": terms.solver,
        "chain": terms.chain,
        "home": terms.home,
        "quantity": str(terms.quantity),
        "debit": str(terms.debit),
    }
    owed |= {"fee": str(terms.fee)} if terms.fee or "fee" in body else {}
    return next((key for key, value in owed.items() if body.get(key) != value), "")


def _body(event: Event) -> Mapping[str, Json]:
    return event.body if isinstance(event.body, dict) else {}
