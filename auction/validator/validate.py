"""Matching settlements with awards, exactly: intents, amounts, submitter and venue calls.

A breach counts whatever else is unknown. Without one, data that is missing comes before what only time will tell: with
it the question might be closed. Who is responsible for a fill that was not settled is for attribution to say.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

from auction.ledger import Event
from auction.validator.award import Awarded, Awards
from auction.validator.evidence import DELIVERIES, SETTLEMENTS, Evidence, Inclusion, Settling, Span
from auction.validator.verdict import Verdict, missing, undecidable, unsettled, valid, violation
from venues.calls.settlement import Claim, Deliver, Lock, Settle
from venues.chains.transaction import Log

_PRECEDENCE = ("violation", "missing", "undecidable", "unsettled", "valid")


def validate(events: Iterable[Event], evidence: Evidence) -> tuple[Verdict, ...]:
    """Return a verdict on every awarded fill, and on every settlement that nobody was awarded, by fill.

    Args:
        events: The run's events, from the journal or the ledger: at least intents, bids, closes and awards.
        evidence: What the chains show.
    """
    awards = Awards()
    awards.hear(events)
    return verdicts_of(awards, evidence)


def verdicts_of(awards: Awards, evidence: Evidence) -> tuple[Verdict, ...]:
    """Return a verdict on every awarded fill, and on every settlement that nobody was awarded, by fill."""
    found = settlings(evidence)
    known = set(awards.fills)
    stray = [_stray(*each) for fill, group in found.items() if fill not in known for each in group]
    judged = [verdict_on(fill, awards, evidence, found.get(fill, ())) for fill in awards.fills]
    return tuple(sorted([*judged, *stray], key=lambda verdict: (verdict.fill_id, verdict.code)))


def settlings(evidence: Evidence) -> Mapping[str, Sequence[Settling]]:
    """Return the transactions that settled something, by fill, in the order of their blocks."""
    found: dict[str, list[Settling]] = {}
    for inclusion in evidence.inclusions:
        log = inclusion.log(*SETTLEMENTS)
        if log is not None:
            found.setdefault(str(log.get("fill")), []).append((inclusion, log))
    return found


def verdict_on(fill: str, awards: Awards, evidence: Evidence, found: Sequence[Settling]) -> Verdict:
    """Return the verdict on one awarded fill; `found` is what the chains show of it."""
    award = awards.award(fill)
    if isinstance(award, Verdict):
        return award
    deliveries = [inclusion for inclusion, log in found if log.name in DELIVERIES]
    verdicts = [verdict for inclusion, log in found for verdict in _matched(award, inclusion, log)]
    verdicts += _sequence(award, found, evidence)
    verdicts.append(_ended(award, deliveries, evidence, awards.ends.get(fill, "")))
    return min(verdicts, key=lambda verdict: _PRECEDENCE.index(verdict.kind))


def departures(award: Awarded, found: Iterable[Settling]) -> Iterator[tuple[Inclusion, Verdict]]:
    """Yield each transaction that settled a fill otherwise than awarded, with every breach that it is."""
    for inclusion, log in found:
        for verdict in _matched(award, inclusion, log):
            if verdict.kind == "violation":
                yield inclusion, verdict


def _stray(inclusion: Inclusion, log: Log) -> Verdict:
    sender = inclusion.receipt.sender
    return violation(str(log.get("fill")), "not_awarded", f"{sender} settled a fill that nobody was awarded")


def _matched(award: Awarded, inclusion: Inclusion, log: Log) -> Iterator[Verdict]:
    """Yield how one settling transaction differs from the award."""
    terms, receipt = award.terms, inclusion.receipt
    name = terms.fill_id
    if receipt.sender != terms.solver:
        yield violation(name, "submitter", f"{receipt.sender} sent it, {terms.solver} won it")
    if log.get("intent") != terms.intent_id:
        yield violation(name, "intent", f"it settles {str(log.get('intent'))[:12]}, not {terms.intent_id[:12]}")
    place = terms.chain if log.name in DELIVERIES else terms.home
    if receipt.block.chain != place:
        yield violation(name, "chain", f"{log.name} on {receipt.block.chain}, not on {place}")
    cash = terms.cash if log.name in DELIVERIES else max(0, terms.cash)
    if log.get("quantity") != terms.quantity or log.get("cash") != cash:
        found = f"{log.get('quantity')} for {log.get('cash')}"
        yield violation(name, "amounts", f"{log.name} {found}, awarded were {terms.quantity} for {cash}")
    elif _fee(log) != _fee_due(award, log):
        yield violation(name, "fees", f"{log.name} with a fee of {_fee(log)}, due was {_fee_due(award, log)}")
    elif log.get("terms") != terms.id:
        yield violation(name, "terms", f"{log.name} other terms than were awarded")
    if log.name != "Claimed" and receipt.block.time_ms > award.deliver_by_ms:
        yield violation(name, "late", f"{log.name} at {_at(receipt.block.time_ms)}, due by {_at(award.deliver_by_ms)}")
    yield from _called(award, inclusion, log)


def _fee(log: Log) -> int:
    """Return the fee that a transaction announced, in USDC base units; none where it announced none."""
    return int(dict(log.fields).get("fee", 0))


def _fee_due(award: Awarded, log: Log) -> int:
    """Return the part of the fee that is collected by a transaction: at home with the payment, the rest on delivery."""
    terms = award.terms
    parts = {"Filled": terms.fee, "Delivered": terms.fee - terms.fee_at_home, "Claimed": terms.fee_at_home}
    return parts.get(log.name, 0)


def _called(award: Awarded, inclusion: Inclusion, log: Log) -> Iterator[Verdict]:
    """Yield how the call of a transaction differs from the plan."""
    call, name = inclusion.call, award.terms.fill_id
    if call is None:
        yield missing(name, "call", f"the call of {inclusion.receipt.transaction_id} is not at hand")
        return
    kind = {"Filled": Settle, "Delivered": Deliver, "Locked": Lock, "Claimed": Claim}[log.name]
    if not isinstance(call, kind) or not isinstance(call, Settle | Deliver | Lock | Claim):
        yield violation(name, "call", f"{log.name} comes of a {type(call).__name__}")
        return
    if call.terms.id != award.terms.id or call.terms.signed != award.terms.signed:
        yield violation(name, "terms", f"the {type(call).__name__} carries other terms than were awarded")
    if isinstance(call, Settle | Deliver) and call.orders != award.orders:
        yield violation(name, "venue_calls", _order_difference(award, call))


def _order_difference(award: Awarded, call: Settle | Deliver) -> str:
    if len(call.orders) != len(award.orders):
        return f"{len(call.orders)} venue calls, awarded were {len(award.orders)}"
    pairs = zip(call.orders, award.orders, strict=True)
    index = next(i for i, (found, awarded) in enumerate(pairs) if found != awarded)
    found, awarded = call.orders[index], award.orders[index]
    fields = ("venue", "instrument", "side", "quantity", "bound")
    field = next(f for f in fields if getattr(found, f) != getattr(awarded, f))
    return f"venue call {index} has {field} {getattr(found, field)}, awarded was {getattr(awarded, field)}"


def _sequence(award: Awarded, found: Sequence[Settling], evidence: Evidence) -> Iterator[Verdict]:
    """Yield what happened twice, or without what must come first."""
    name = award.terms.fill_id
    names = [log.name for _, log in found]
    for what in sorted(set(names)):
        if names.count(what) > 1:
            yield violation(name, "doubled", f"{what} {names.count(what)} times")
    if "Filled" in names and "Delivered" in names:
        yield violation(name, "doubled", "settled at home and delivered away")
    if "Claimed" in names and "Locked" not in names:
        yield missing(name, "lock", "it was claimed, and the lock is not at hand")
    if "Claimed" in names and "Delivered" not in names:
        yield from _lacks("delivery", award, evidence.spans.get(award.terms.chain))
    elif "Delivered" in names and "Locked" not in names:
        yield from _lacks("lock", award, evidence.spans.get(award.terms.home))


def _lacks(what: str, award: Awarded, span: Span | None) -> Iterator[Verdict]:
    """Yield whether what must have come first is not at hand, or was taken back with its block and may come again.

    When it is too late for that, whoever had relied on it has borne the loss, and the rest of the fill is judged.
    """
    name = award.terms.fill_id
    if span is None or span.first_ms > award.award_ms:
        yield missing(name, what, f"the {what} is not at hand")
    elif span.final_ms <= award.deliver_by_ms:
        yield undecidable(name, f"no_{what}", f"the {what} is not, or no longer, in its chain")


def _ended(award: Awarded, deliveries: Sequence[Inclusion], evidence: Evidence, said: str) -> Verdict:
    """Return whether a fill is settled for good, will not be, or may still be; `said` is the auctioneer's last word."""
    terms = award.terms
    span = evidence.spans.get(terms.chain)
    if deliveries:
        time_ms = deliveries[0].receipt.block.time_ms
        if span is None or span.final_ms < time_ms:
            return undecidable(terms.fill_id, "not_final", f"its block of {_at(time_ms)} can still be undone")
        if said == "fill.failed":
            return violation(terms.fill_id, "misrecorded", "it is settled, and was recorded as failed")
        return valid(terms.fill_id)
    if span is None:
        return missing(terms.fill_id, "blocks", f"{terms.chain} was not watched")
    if span.first_ms > award.award_ms:
        return missing(terms.fill_id, "blocks", f"{terms.chain} was not watched before {_at(span.first_ms)}")
    if span.final_ms <= award.deliver_by_ms:
        return undecidable(terms.fill_id, "pending", f"it may be settled until {_at(award.deliver_by_ms)}")
    if said == "fill.failed":
        return unsettled(terms.fill_id, f"it was due by {_at(award.deliver_by_ms)}")
    return violation(terms.fill_id, "unsettled", f"it was due by {_at(award.deliver_by_ms)} and is not settled")


def _at(time_ms: int) -> str:
    """Return an instant as people read it, in UTC."""
    return dt.datetime.fromtimestamp(time_ms / 1000, tz=dt.UTC).strftime("%H:%M:%S")
