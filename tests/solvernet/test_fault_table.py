"""What is said of a fault, and what fell into its time."""

import pytest

from auction.ledger import Event
from intents.canonical import Json
from solvernet.fault_table import FaultLine, fault_table, figure, place

CHAINS = {"eip155:1": "ethereum"}


def _event(kind: str, time_ms: int, **body: Json) -> Event:
    return Event(1, time_ms, kind, body)


def _began(from_ms: int, until_ms: int, kind: str = "outage", target: str = "eip155:1", **figures: Json) -> Event:
    times: dict[str, Json] = {"from": from_ms, "until": until_ms}
    return Event(1, from_ms, "fault.began", {"fault": "it", "kind": kind, "target": target} | times | figures)


def _fill(name: str, from_ms: int, until_ms: int, cause: str = "") -> list[Event]:
    awarded = _event("fill.awarded", from_ms, fill=name)
    if cause:
        return [awarded, _event("fill.failed", until_ms, fill_id=name, cause=cause)]
    return [awarded, _event("fill.delivered", until_ms, fill=name)]


def test_a_run_without_faults_has_no_lines() -> None:
    assert fault_table(_fill("a", 0, 10), CHAINS) == ()


def test_a_fill_counts_if_it_was_under_way_at_any_instant_of_the_fault() -> None:
    events = [
        *_fill("before", 0, 99),
        *_fill("into", 50, 100),
        *_fill("across", 50, 300, "late"),
        *_fill("inside", 120, 130, "halted"),
        *_fill("out", 200, 400, "late"),
        *_fill("after", 201, 300),
        _began(100, 200),
    ]

    (line,) = fault_table(events, CHAINS)

    assert (line.target, line.delivered, line.failed) == ("ethereum", 1, 3)
    assert line.failed_by_cause == {"late": 2, "halted": 1}


def test_rounds_and_lost_bids_count_from_its_beginning_until_its_end() -> None:
    events = [
        _event("round.opened", 99),
        _event("round.skipped", 100),
        _event("round.opened", 150),
        _event("solver.fault", 150, solver="a", fault="lost"),
        _event("solver.fault", 150, solver="b", fault="failed: x"),
        _event("round.opened", 200),
        _began(100, 200, "message_loss", "", share_ppm=1),
    ]

    (line,) = fault_table(events, CHAINS)

    assert (line.rounds, line.skipped, line.bids_lost) == (1, 1, 1)


def test_what_takes_no_time_meets_the_fills_of_its_instant() -> None:
    (line,) = fault_table([*_fill("a", 50, 150), *_fill("b", 101, 150), _began(100, 100, "reorg", depth=2)], CHAINS)

    assert (line.delivered, line.rounds) == (1, 0)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"kind": "outage"}, ""),
        ({"kind": "gas_spike", "factor_percent": 2050}, "price × 20.5"),
        ({"kind": "demand_surge", "factor_percent": 300}, "arrivals × 3"),
        ({"kind": "reorg", "depth": 1}, "1 block"),
        ({"kind": "reorg", "depth": 7, "share_ppm": 500_000}, "7 blocks, 50% of transactions unheard of"),
        ({"kind": "oracle_manipulation", "nodes": 3, "shift_ppm": -125_000}, "3 nodes, -12.5%"),
        ({"kind": "depeg", "shift_ppm": 50_000}, "+5%"),
        ({"kind": "message_delay", "delay_ms": 1_500}, "1.5 s"),
        ({"kind": "message_loss", "share_ppm": 600_000}, "60% of messages"),
        ({"kind": "censorship", "share_ppm": 900_000, "senders": ["a", "b"]}, "90% of blocks, of a, b"),
        ({"kind": "venue_halt"}, "unavailable"),
        ({"kind": "venue_halt", "admission": "cancel_only"}, "cancel only"),
    ],
)
def test_how_much_of_it_there_is_is_said_in_words(body: dict[str, Json], said: str) -> None:
    assert figure(body) == said


@pytest.mark.parametrize(
    ("kind", "target", "said"),
    [("outage", "ethereum", "ethereum"), ("depeg", "", "all oracles"), ("broker_outage", "", "the broker")],
)
def test_what_it_concerned_is_named(kind: str, target: str, said: str) -> None:
    (line,) = fault_table([_began(0, 1, kind, target)], {})

    assert isinstance(line, FaultLine)
    assert place(line) == said
