"""Who, and which intents, were kept out of the auctions, since when, until when, and why."""

from collections.abc import Sequence

from auction.ledger import Event
from intents.boundary import Boundary
from solvernet.notices import Notices
from solvers.messages import Ban


class BanLine(Boundary):
    """One ban, as the banned solver was told of it."""

    solver: str
    ban: Ban


class QuarantineLine(Boundary):
    """One quarantine of one intent."""

    intent_id: str
    owner: str
    code: str
    """`house_stalled`, `house_failed` or `solvers_broke`."""

    since_ms: int
    until_ms: int
    detail: str


def quarantine_table(events: Sequence[Event]) -> tuple[QuarantineLine, ...]:
    """Return all quarantines of a run, in order."""
    bodies = [e.body for e in events if e.kind == "intent.quarantined" and isinstance(e.body, dict)]
    return tuple(
        QuarantineLine(
            intent_id=str(body["intent_id"]),
            owner=str(body["owner"]),
            code=str(body["code"]),
            since_ms=int(str(body["since"])),
            until_ms=int(str(body["until"])),
            detail=str(body["detail"]),
        )
        for body in bodies
    )


def ban_table(events: Sequence[Event]) -> tuple[BanLine, ...]:
    """Return all bans of a run in the order in which they were noted."""
    told = (notice for notices in Notices().hear(events) for notice in notices)
    return tuple(BanLine(solver=notice.solver, ban=notice.ban) for notice in told if notice.ban is not None)
