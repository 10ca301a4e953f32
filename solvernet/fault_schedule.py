"""The schedule of a scenario's faults, and whether it can be one."""

from collections.abc import Collection, Mapping, Sequence

from solvernet.any_fault import Section
from solvernet.fault_parts import FaultPart
from solvernet.scenario_parts import Window
from venues.faults import EVERYWHERE, Fault, Faults
from venues.seeds import SeedPath

Known = Mapping[Section, Collection[str]]
"""Names that each section of a scenario defines."""


def flaw(parts: Sequence[FaultPart], known: Known, quiet: Collection[str], window: Window) -> str | None:
    """Return why faults cannot be scheduled in a scenario, or `None` if they can.

    Args:
        parts: The faults.
        known: What the scenario defines.
        quiet: Names of its chains that nobody else uses.
        window: Its whole window.
    """
    names = fault_ids(parts)
    for index, (part, name) in enumerate(zip(parts, names, strict=True)):
        is_anywhere = part.target == EVERYWHERE and part.section != "chains"
        if part.section and not is_anywhere and part.target not in known[part.section]:
            return f"{part.target!r} is referred to by fault {name!r} but not defined"
        if part.kind in {"gas_spike", "demand_surge"} and part.target in quiet:
            return f"fault {name!r} moves the demand of {part.target!r}, which has none"
        if name in names[:index]:
            return f"two faults are named {name!r}"
        if not window.start <= part.from_ms(window.start) < window.end:
            return f"fault {name!r} does not begin inside the window"
    return None


def fault_ids(parts: Sequence[FaultPart]) -> tuple[str, ...]:
    """Return the name of each fault: its own, or its kind and its place in the file, counted from one."""
    return tuple(part.name or f"{part.kind}-{place}" for place, part in enumerate(parts, 1))


def schedule(parts: Sequence[FaultPart], caip2: Mapping[str, str], start_ms: int, seed: SeedPath) -> Faults:
    """Return the schedule of a scenario.

    Args:
        parts: Its faults.
        caip2: CAIP-2 id of each of its chains, by name.
        start_ms: Start of its whole window, whichever part of it is run.
        seed: Root of the lots that decide whom a fault hits.
    """
    found = [_fault(part, name, caip2, start_ms) for part, name in zip(parts, fault_ids(parts), strict=True)]
    return Faults(tuple(sorted(found, key=lambda fault: fault.from_ms)), seed if found else ())


def _fault(part: FaultPart, name: str, caip2: Mapping[str, str], start_ms: int) -> Fault:
    from_ms = part.from_ms(start_ms)
    target = caip2[part.target] if part.section == "chains" else part.target
    frame = Fault(id=name, kind=part.kind, target=target, from_ms=from_ms, until_ms=from_ms + part.duration_ms)
    return part.complete(frame)
