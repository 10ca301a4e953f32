"""Settlements that were other than awarded, as they were punished: what it cost the owner, and who made it good."""

from collections.abc import Sequence
from typing import Any

from auction.ledger import Event
from auction.settlement.run import Run
from intents.assets import USDC_UNIT
from intents.boundary import Boundary


class BreachLine(Boundary):
    """One fill that was settled otherwise than awarded, for good."""

    time_ms: int
    """When it was punished: once its blocks counted elsewhere."""

    fill: str
    intent_id: str
    solver: str
    """Sender of the transaction."""

    code: str
    detail: str
    transaction: str
    chain: str
    block: int
    damage_usd: float
    """What its owner gained less over the limit than was awarded."""

    slashed_usd: float
    """Part of it that the sender's stake pays."""


def breach_table(events: Sequence[Event]) -> tuple[BreachLine, ...]:
    """Return all punished breaches of a run, in order."""
    return tuple(_line(event.time_ms, event.body) for event in events if _is_breach(event))  # type: ignore[arg-type]


def gained(runs: Sequence[Run], events: Sequence[Event], solver: str = "") -> int:
    """Return what owners gained over their limits, in USDC base units: as awarded, less what no stake made good.

    Args:
        runs: Fills under execution or ended; those that were delivered count.
        events: Of the run.
        solver: Whose breaches are meant; everybody's if empty.
    """
    bodies: list[dict[str, Any]] = [event.body for event in events if _is_breach(event)]  # type: ignore[misc]
    lost = sum(int(body["damage"]) - int(body["slashed"]) for body in bodies if solver in {"", body["solver"]})
    return sum(run.plan.terms.gain for run in runs if run.delivered_ms) - lost


def _is_breach(event: Event) -> bool:
    return event.kind == "fill.breached" and isinstance(event.body, dict)


def _line(time_ms: int, body: dict[str, Any]) -> BreachLine:
    return BreachLine(
        time_ms=time_ms,
        fill=body["fill_id"],
        intent_id=body["intent_id"],
        solver=body["solver"],
        code=body["code"],
        detail=body["detail"],
        transaction=body["transaction"],
        chain=body["chain"],
        block=body["block"],
        damage_usd=int(body["damage"]) / USDC_UNIT,
        slashed_usd=int(body["slashed"]) / USDC_UNIT,
    )
