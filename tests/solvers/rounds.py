"""Announcements of rounds on small markets."""

from solvers.messages import Announcement, OpenIntent
from solvers.routing.problem import Job
from venues.snapshot import Snapshot


def announce(snapshot: Snapshot, *jobs: Job, number: int = 1, seal_key: str = "", nodes: int = 50) -> Announcement:
    """Return the announcement of a round with these intents."""
    return Announcement(
        round=number,
        time_ms=snapshot.time_ms,
        intents=tuple(OpenIntent(intent_id=job.intent_id, intent=job.intent, remaining=job.remaining) for job in jobs),
        snapshot=snapshot,
        snapshot_hash=snapshot.hash,
        seal_key=seal_key,
        nodes=nodes,
    )
