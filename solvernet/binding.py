"""What kept an intent from being filled, and a change of its limit that would have helped.

The house routes every intent of a round on its own and notes what the cheapest way costs where it is above the limit.
An intent that asked for that price would have had a route; whether it wins also rests on the bids. The house prices the
ways of its simpler routers. Its program can do with less, mostly for floors; `solvernet.irreducible` finds the least.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from auction.ledger import Row
from intents.assets import USDC_UNIT
from intents.intent import Intent

Constraint = Literal["limit", "liquidity", "bids", "settlement", "quarantine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """What kept an intent, or what is left of it, from being filled."""

    constraint: Constraint
    """The owner's limit, what venues offer, what solvers bid and won, settlement after an award, or quarantine."""

    detail: str
    round: int
    """Round in which least was missing."""

    change: int | None = None
    """Rise of the limit that gives it a route in that round, in USDC base units a unit of the intent: to the cheapest
    way that was priced; `None` where the limit is not what was missing."""


def binding(rows: Sequence[Row], intent_id: str, intent: Intent) -> Binding | None:
    """Return what kept an intent from being filled; `None` if it is filled, was cancelled, or was in no auction."""
    states = [body for kind, _, body in _events(rows) if kind == "intent.state" and body["intent_id"] == intent_id]
    if not states or states[-1]["state"] == "filled" or states[-1].get("cause") == "cancelled":
        return None
    own = [(kind, number, body) for kind, number, body in _events(rows) if body.get("intent_id") == intent_id]
    failures = [(number, body) for kind, number, body in own if kind == "fill.failed"]
    if failures:
        number, body = failures[-1]
        return Binding(constraint="settlement", detail=f"{body['cause']}: {body['detail']}", round=number)
    awarded = {number for kind, number, _ in own if kind == "fill.awarded"}
    found = [
        (number, body["alone"][intent_id])
        for kind, number, body in _events(rows)
        if kind == "round.benchmark" and intent_id in body["alone"] and number not in awarded
    ]
    if states[-1].get("cause") == "quarantined":
        return Binding(constraint="quarantine", detail=states[-1]["reason"], round=found[-1][0] if found else 0)
    return _of_rounds(found, intent) if found else None


def _of_rounds(found: Sequence[tuple[int, dict[str, Any]]], intent: Intent) -> Binding:
    """Return what bound in the rounds without an award, in each of which the house looked for a route."""
    routed = [(int(seen["surplus"]), number) for number, seen in found if seen["cause"] is None]
    if routed:
        surplus, number = max(routed)
        detail = f"a route left {_usd(surplus)} to the owner, but no bid on it won"
        return Binding(constraint="bids", detail=detail, round=number)
    priced = [(int(seen["unit_cost"]), number) for number, seen in found if seen["unit_cost"] is not None]
    if not priced:
        detail = "no chain offered every leg in this size, at any price"
        return Binding(constraint="liquidity", detail=detail, round=found[-1][0])
    cost, number = min(priced)
    change = cost - intent.limit
    least = f"a limit of {_usd(cost)} a unit instead of {_usd(intent.limit)}"
    detail = f"{least}, {_usd(change)} more, had a route"
    return Binding(constraint="limit", detail=detail, round=number, change=change)


def _events(rows: Sequence[Row]) -> list[tuple[str, int, dict[str, Any]]]:
    return [(row.event.kind, row.event.round, row.event.body) for row in rows if isinstance(row.event.body, dict)]


def _usd(amount: int) -> str:
    """Return an amount to the base unit, for a change of less than a cent can decide."""
    return f"{amount / USDC_UNIT:,.6f} USDC"
