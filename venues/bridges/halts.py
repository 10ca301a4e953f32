"""Halts of bridges: while one lasts nothing may be sent and nothing arrives, and nothing is lost.

As with venues, the ends that the schedule names are set before each block to what it says of that instant.
"""

from dataclasses import replace

from venues.chain_state import ChainState
from venues.faults import Faults


def with_halts(state: ChainState, faults: Faults, time_ms: int) -> ChainState:
    """Return the state in which a block made at `time_ms` runs; the same object if no bridge halts or goes on."""
    concerned = any(fault.kind == "bridge_halt" for fault in faults.schedule)
    for name in sorted(state.bridges) if concerned else ():
        port = state.bridges[name]
        halted = faults.active("bridge_halt", name, time_ms) is not None
        if port.halted != halted:
            state = replace(state, bridges=state.bridges.set(name, replace(port, halted=halted)))
    return state
