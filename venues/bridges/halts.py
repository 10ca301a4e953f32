"""Halts of bridges: while one lasts nothing may be sent and nothing arrives, and nothing is lost.

As with venues, the ends that the schedule names are set before each block to what it says of that instant.
"""

from dataclasses import replace

from venues.chain_state import ChainState
from venues.faults import Faults


def with_halts(state: ChainState, faults: Faults, time_ms: int) -> ChainState:
    """Return the state in which a block made at `time_ms` runs; the same object if no bridge halts or goes on."""
    for fault in faults.schedule:
        port = state.bridges.get(fault.target) if fault.kind == "bridge_halt" else None
        if port is None:
            continue
        halted = faults.active("bridge_halt", port.id, time_ms) is not None
        if port.halted != halted:
            state = replace(state, bridges=state.bridges.set(port.id, replace(port, halted=halted)))
    return state
