"""What solvers are told, from the events of a ledger."""

from typing import Any

from auction.ledger import Event
from intents.canonical import Json
from solvernet.notices import Notices
from solvers.messages import Notice

AWARDED: dict[str, Json] = {
    "fill": "3.a.0.0",
    "intent_id": "beef",
    "solver": "a",
    "bond": "900",
    "deliver_by": 240_000,
}
FAILED: dict[str, Json] = {
    "fill_id": "3.a.0.0",
    "intent_id": "beef",
    "solver": "a",
    "cause": "solver_fault",
    "responsible": "solver",
    "but_for": True,
    "detail": "it won and sent no transaction",
    "slashed": "900",
}
STEP: dict[str, Json] = {"fill_id": "3.a.0.0", "step": "settle", "chain": "eip155:1", "what": "expired"}


def told(*events: tuple[str, dict[str, Json]]) -> list[Notice]:
    listed = [Event(3, 1000 * number, kind, body) for number, (kind, body) in enumerate(events)]
    return [notice for notices in Notices().hear(listed) for notice in notices]


def test_a_delivery_is_told_to_its_solver() -> None:
    (notice,) = told(("fill.awarded", AWARDED), ("fill.delivered", {"fill": "3.a.0.0", "intent_id": "beef"}))

    assert (notice.solver, notice.topic, notice.intent_id) == ("a", "settled", "beef")


def test_a_failure_is_told_with_its_cause() -> None:
    (notice,) = told(("fill.awarded", AWARDED), ("fill.failed", FAILED))

    assert (notice.topic, notice.detail) == ("failed", "solver_fault: it won and sent no transaction")


def test_a_suspension_is_told_with_the_fault_that_it_followed() -> None:
    suspended: dict[str, Json] = {"solver": "a", "until": 900_000}

    *_, notice = told(
        ("fill.awarded", AWARDED), ("step", STEP), ("fill.failed", FAILED), ("solver.suspended", suspended)
    )

    assert notice.topic == "banned"
    assert notice.ban is not None
    assert (notice.ban.code, notice.ban.since_ms, notice.ban.until_ms) == ("fault", 3000, 900_000)
    (fill,) = notice.ban.fills
    assert (fill.round, fill.award_ms, fill.deliver_by_ms, fill.bond, fill.slashed) == (3, 0, 240_000, 900, 900)
    assert [(step.step, step.what, step.time_ms) for step in fill.steps] == [("settle", "expired", 1000)]


def test_a_ban_by_the_table_is_told_with_its_figures_and_the_way_to_contest_it() -> None:
    body: dict[str, Json] = {"solver": "a", "code": "low_success", "since": 5, "until": 10, "reason": "too few"}
    body |= {"fills": ["3.a.0.0"], "figures": {"settled": 2, "ended": 12, "least_ppm": 800_000}}

    *_, notice = told(("fill.awarded", AWARDED), ("fill.failed", FAILED), ("solver.banned", body))

    assert notice.ban is not None
    assert (notice.ban.code, dict(notice.ban.figures)) == ("low_success", body["figures"])
    assert "solvernet appeal" in notice.ban.appeal
    assert [fill.fill_id for fill in notice.ban.fills] == ["3.a.0.0"]


def test_both_of_a_dependent_pair_are_told() -> None:
    finding: dict[str, Any] = {"pair": ["a", "b"]}

    notices = told(("conduct.finding", finding))

    assert [(notice.solver, notice.topic) for notice in notices] == [("a", "flag"), ("b", "flag")]


def test_what_concerns_nobody_is_told_to_nobody() -> None:
    assert told(("round.closed", {"score": "1"}), ("step", STEP)) == []
