"""The beginnings and ends of scheduled faults, for the journal."""

from collections.abc import Iterator
from dataclasses import asdict

from intents.canonical import Json
from venues.faults import Fault, Faults

_BLANK = asdict(Fault(id="", kind="outage", target="", from_ms=0, until_ms=0))


class FaultLog:
    """What is still to be noted of a schedule."""

    def __init__(self, faults: Faults, now_ms: int) -> None:
        """Take the faults that are not over at `now_ms`; those that lie in progress begin the log."""
        left = [fault for fault in faults.schedule if fault.until_ms > now_ms or fault.from_ms >= now_ms]
        began = [(fault.from_ms, "fault.began", place, fault) for place, fault in enumerate(left)]
        ended = [
            (fault.until_ms, "fault.ended", place, fault)
            for place, fault in enumerate(left)
            if fault.until_ms > fault.from_ms
        ]
        self._coming = sorted([*began, *ended], key=lambda item: item[:3])

    def until(self, time_ms: int) -> Iterator[tuple[int, str, dict[str, Json]]]:
        """Yield instant, kind and body of each event up to `time_ms`, once."""
        while self._coming and self._coming[0][0] <= time_ms:
            found_ms, kind, _, fault = self._coming.pop(0)
            yield found_ms, kind, _body(fault)


def _body(fault: Fault) -> dict[str, Json]:
    """Return the figures of a fault that its kind uses."""
    figures = {key: value for key, value in asdict(fault).items() if value != _BLANK[key]}
    body: dict[str, Json] = {"fault": fault.id, "kind": fault.kind, "target": fault.target}
    body["from"], body["until"] = fault.from_ms, fault.until_ms
    for key in sorted(figures.keys() - {"id", "kind", "target", "from_ms", "until_ms"}):
        body[key] = list(figures[key]) if isinstance(figures[key], tuple) else figures[key]
    return body
