"""The log of faults: each beginning and end once, in order of time."""

from auction.fault_log import FaultLog
from venues.faults import Fault, Faults

HALT = Fault(id="halt", kind="venue_halt", target="pool", from_ms=10, until_ms=30, admission="cancel_only")
REORG = Fault(id="reorg", kind="reorg", target="eip155:1", from_ms=20, until_ms=20, depth=3)
CENSORS = Fault(
    id="censors", kind="censorship", target="eip155:1", from_ms=40, until_ms=50, share_ppm=9, senders=("a", "b")
)
FAULTS = Faults((HALT, REORG, CENSORS))


def _seen(log: FaultLog, until_ms: int) -> list[tuple[int, str, object]]:
    return [(time_ms, kind, body["fault"]) for time_ms, kind, body in log.until(until_ms)]


def test_each_beginning_and_end_is_told_once_in_order() -> None:
    log = FaultLog(FAULTS, 0)

    assert _seen(log, 9) == []
    assert _seen(log, 30) == [
        (10, "fault.began", "halt"),
        (20, "fault.began", "reorg"),
        (30, "fault.ended", "halt"),
    ]
    assert _seen(log, 100) == [(40, "fault.began", "censors"), (50, "fault.ended", "censors")]


def test_a_run_that_begins_later_is_told_of_what_still_lasts_and_not_of_what_is_over() -> None:
    assert _seen(FaultLog(FAULTS, 25), 100)[0] == (10, "fault.began", "halt")
    assert [name for _, _, name in _seen(FaultLog(FAULTS, 30), 100)] == ["censors", "censors"]
    assert (20, "fault.began", "reorg") in _seen(FaultLog(FAULTS, 20), 100)


def test_the_body_holds_the_figures_of_the_kind_and_no_others() -> None:
    bodies = [body for _, kind, body in FaultLog(FAULTS, 0).until(100) if kind == "fault.began"]

    assert bodies == [
        {"fault": "halt", "kind": "venue_halt", "target": "pool", "from": 10, "until": 30, "admission": "cancel_only"},
        {"fault": "reorg", "kind": "reorg", "target": "eip155:1", "from": 20, "until": 20, "depth": 3},
        {
            "fault": "censors",
            "kind": "censorship",
            "target": "eip155:1",
            "from": 40,
            "until": 50,
            "senders": ["a", "b"],
            "share_ppm": 9,
        },
    ]
