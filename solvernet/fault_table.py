"""What fell into the time of each fault: rounds, bids and fills, read from the events of a run.

That something happened during a fault does not make the fault its cause; what a fill failed of is its own cause.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auction.ledger import Event
from intents.boundary import Boundary
from solvernet.network_faults import LOST
from venues.faults import EVERYWHERE


class FaultLine(Boundary):
    """One fault that began in a run, or lasted into it."""

    name: str
    kind: str
    target: str
    """What it concerned, as the scenario names it; empty if everything of its kind."""

    from_ms: int
    until_ms: int
    """Equal to `from_ms` for what takes no time."""

    figure: str
    """How much, in words; empty where the kind says it all."""

    rounds: int
    """Rounds held while it lasted."""

    skipped: int
    """Rounds that could not be held while it lasted."""

    bids_lost: int
    """Sheets of bids that did not arrive while it lasted."""

    delivered: int
    """Fills that were under way while it lasted, and were delivered."""

    failed_by_cause: dict[str, int]
    """Fills that were under way while it lasted, and failed."""

    @property
    def failed(self) -> int:
        """Fills that were under way while it lasted, and failed."""
        return sum(self.failed_by_cause.values())


@dataclass(frozen=True, slots=True)
class _Fill:
    """A fill from its award to its end."""

    from_ms: int
    until_ms: int
    cause: str
    """Empty if it was delivered."""


def fault_table(events: Sequence[Event], chains: Mapping[str, str]) -> tuple[FaultLine, ...]:
    """Return a line for each fault that the events tell of, in order of beginning.

    Args:
        events: All events of a run.
        chains: Name of each chain, by CAIP-2 id.
    """
    began = [_body(event) for event in events if event.kind == "fault.began"]
    fills = _fills(events) if began else []
    return tuple(_line(body, events, fills, chains) for body in began)


def _line(
    body: Mapping[str, Any], events: Sequence[Event], fills: Sequence[_Fill], chains: Mapping[str, str]
) -> FaultLine:
    from_ms, until_ms = int(body["from"]), int(body["until"])
    inside = [event for event in events if from_ms <= event.time_ms < until_ms]
    under_way = [fill for fill in fills if fill.from_ms <= until_ms and from_ms <= fill.until_ms]
    kinds = Counter(event.kind for event in inside)
    failed = Counter(fill.cause for fill in under_way if fill.cause)
    return FaultLine(
        name=body["fault"],
        kind=body["kind"],
        target=chains.get(body["target"], body["target"]),
        from_ms=from_ms,
        until_ms=until_ms,
        figure=figure(body),
        rounds=kinds["round.opened"],
        skipped=kinds["round.skipped"],
        bids_lost=sum(event.kind == "solver.fault" and _body(event)["fault"] == LOST for event in inside),
        delivered=sum(not fill.cause for fill in under_way),
        failed_by_cause=dict(sorted(failed.items(), key=lambda pair: (-pair[1], pair[0]))),
    )


def figure(body: Mapping[str, Any]) -> str:
    """Return how much of a fault there is, in words, from the body of its first event."""
    said = []
    if "factor_percent" in body:
        what = "price" if body["kind"] == "gas_spike" else "arrivals"
        said.append(f"{what} × {body['factor_percent'] / 100:g}")
    if "depth" in body:
        said.append(f"{body['depth']} block" + "s" * (body["depth"] != 1))
    if "nodes" in body:
        said.append(f"{body['nodes']} node" + "s" * (body["nodes"] != 1))
    if "shift_ppm" in body:
        said.append(f"{body['shift_ppm'] / 10_000:+g}%")
    if "delay_ms" in body:
        said.append(f"{body['delay_ms'] / 1000:g} s")
    if "share_ppm" in body:
        said.append(f"{body['share_ppm'] / 10_000:g}% {_SHARED[body['kind']]}")
    if "senders" in body:
        said.append(f"of {', '.join(body['senders'])}")
    if body["kind"] == "venue_halt":
        said.append(body.get("admission", "unavailable").replace("_", " "))
    return ", ".join(said)


def place(line: FaultLine) -> str:
    """Return what a fault concerned, in words."""
    if line.target != EVERYWHERE:
        return line.target
    return "all oracles" if line.kind == "depeg" else "the broker"


_SHARED = {
    "censorship": "of blocks",
    "message_loss": "of messages",
    "partition": "of transactions unheard of",
    "reorg": "of transactions unheard of",
}
"""What a share is of, by kind of fault."""


def _fills(events: Sequence[Event]) -> list[_Fill]:
    awarded: dict[str, int] = {}
    found = []
    for event in events:
        if event.kind == "fill.awarded":
            awarded[_body(event)["fill"]] = event.time_ms
        elif event.kind == "fill.delivered":
            found.append(_Fill(awarded[_body(event)["fill"]], event.time_ms, ""))
        elif event.kind == "fill.failed":
            body = _body(event)
            found.append(_Fill(awarded[body["fill_id"]], event.time_ms, str(body["cause"])))
    return found


def _body(event: Event) -> dict[str, Any]:
    return event.body if isinstance(event.body, dict) else {}
