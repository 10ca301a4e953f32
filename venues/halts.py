"""Halts of venues: what a chain's venues admit follows the schedule of faults, from block to block.

Before each block the venues that the schedule names are set to what it says of that instant. Nothing is remembered,
so that a block made anew after a reorganisation finds them as the first one did.
"""

from dataclasses import replace

from venues.chain_state import ChainState
from venues.faults import Faults


def with_admissions(state: ChainState, faults: Faults, time_ms: int) -> ChainState:
    """Return the state in which a block made at `time_ms` runs; the same object if no venue opens or closes."""
    for fault in faults.schedule:
        venue = state.venues.get(fault.target) if fault.kind == "venue_halt" else None
        if venue is None:
            continue
        active = faults.active("venue_halt", venue.id, time_ms)
        status = active.admission if active else "available"
        if venue.status != status:
            state = state.with_venue(replace(venue, status=status))
    return state
