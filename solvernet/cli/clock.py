"""Instants as the commands print them, in UTC."""

import datetime as dt


def clock(time_ms: int, *, seconds: bool = False) -> str:
    """Return the time of day with seconds, or the day and the minute."""
    moment = dt.datetime.fromtimestamp(time_ms / 1000, tz=dt.UTC)
    return moment.strftime("%H:%M:%S" if seconds else "%Y-%m-%d %H:%M")
