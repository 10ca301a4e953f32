"""Whom the producers of a chain keep out, as the schedule of faults says."""

from venues.faults import Faults


def is_censored(faults: Faults, chain: str, sender: str, time_ms: int) -> bool:
    """Return whether a chain's producers leave out a sender's transactions at an instant."""
    covering = (fault for fault in faults.of("censorship", chain) if fault.covers(time_ms))
    return any(not fault.senders or sender in fault.senders for fault in covering)
