"""Whom the producers of a chain keep out, as the schedule of faults says."""

from venues.faults import Faults


def is_censored(faults: Faults, chain: str, sender: str, time_ms: int) -> bool:
    """Return whether the producer of the block at an instant leaves out a sender's transactions.

    A fault makes its share of a chain's blocks censored; which ones, its lots say.
    """
    covering = (fault for fault in faults.of("censorship", chain) if fault.covers(time_ms))
    named = (fault for fault in covering if not fault.senders or sender in fault.senders)
    return any(faults.hits(fault, chain, time_ms) for fault in named)
