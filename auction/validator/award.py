"""What was awarded, read back from the events of a run.

Nothing is taken from the award alone: the bid that won, the intent that was signed and the list of winners are read
too, so that an award that differs from them shows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
class _Records:
    """Events sorted by what they are looked up by."""

    signed: dict[str, SignedIntent]
    bids: dict[tuple[int, str, int], Bid]
    winners: dict[int, frozenset[str]]
    fees: dict[int, RoundFees]


def awards_of(events: Iterable[Event]) -> tuple[dict[str, Awarded], tuple[Verdict, ...]]:
    """Return the awarded fills by name, and a verdict on each whose records are missing or disagree."""
    kept = list(events)
    records = _records(kept)
    awards: dict[str, Awarded] = {}
    faults: list[Verdict] = []
    for event in kept:
        if event.kind != "fill.awarded":
            continue
        found = _award(event, records)
        if isinstance(found, Verdict):
            faults.append(found)
        else:
            awards[found.terms.fill_id] = found
    return awards, tuple(faults)


def _records(events: Iterable[Event]) -> _Records:
    records = _Records({}, {}, {}, {})
    for event in events:
        body = _body(event)
        if event.kind == "intent.received":
            records.signed[str(body["intent_id"])] = SignedIntent.model_validate(body["signed"], strict=False)
        elif event.kind == "bids.opened":
            sheet = BidSheet.model_validate(body, strict=False)
            records.bids |= {(sheet.round, sheet.solver, i): bid for i, bid in enumerate(sheet.bids)}
        elif event.kind == "round.opened" and "fees" in body:
            records.fees[event.round] = RoundFees.model_validate(body["fees"], strict=False)
        elif event.kind == "round.closed":
            records.winners[event.round] = frozenset(map(str, cast("list[Json]", body["winners"])))
    return records


def _award(event: Event, records: _Records) -> Awarded | Verdict:
    body = _body(event)
    name = str(body["fill"])
    parts = name.split(".")
    if len(parts) != 4:
        return violation(name, "name", f"{name} is not the name of a fill")
    number, solver, position, index = int(parts[0]), parts[1], int(parts[2]), int(parts[3])
    bid = records.bids.get((number, solver, position))
    if bid is None or index >= len(bid.fills):
        return missing(name, "bid", f"no bid {position} of {solver} in round {number} is recorded")
    signed = records.signed.get(bid.fills[index].intent_id)
    if signed is None:
        return missing(name, "intent", f"intent {bid.fills[index].intent_id[:12]} is not recorded")
    if number not in records.winners:
        return missing(name, "winners", f"the close of round {number} is not recorded")
    if f"{solver}/{position}" not in records.winners[number]:
        return violation(name, "not_a_winner", f"bid {position} of {solver} did not win round {number}")
    terms = terms_of(bid, position, index, signed, records.fees.get(number))
    differs = _difference(body, terms)
    if differs or fill_id(solver, number, position, index) != name:
        return violation(name, "award", f"the award has another {differs or 'name'} than the bid")
    return Awarded(
        terms=terms,
        orders=bid.fills[index].orders,
        award_ms=event.time_ms,
        deliver_by_ms=int(str(body["deliver_by"])),
    )


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
