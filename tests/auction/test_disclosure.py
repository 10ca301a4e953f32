"""Everybody's bids are opened when their epoch is over, and not a round before."""

from typing import Any

from auction.disclosure import OPENED, Disclosure
from auction.journal import Journal
from intents.canonical import Json, content_id
from solvernet.notices import Notices
from solvers.messages import BidResult, BidSheet, Notice
from solvers.opened_bids import OpenedRound
from tests.auction.admission import LONG_PUT
from tests.auction.stage import RIVAL, SOLVER, bid, signed, tender

MADE = tender(signed(LONG_PUT, 5, 30.0))
RESULTS = {
    SOLVER: BidResult(position=0, outcome="won", code="won", score=9),
    RIVAL: BidResult(position=0, outcome="lost", code="outbid", score=-7, detail="won by solver"),
}


class Played:
    """Rounds in which two solvers bid, and what was written down."""

    def __init__(self, every: int) -> None:
        self.journal = Journal()
        self.disclosure = Disclosure(every, self.journal)

    def round(self, number: int, *names: str) -> None:
        """Hold a round in which some solvers bid."""
        self.journal.round = number
        for name in names:
            sheet = BidSheet(solver=name, round=1, bids=(bid(MADE, solver=name),))
            self.journal.note(number, "bids.opened", sheet.model_dump(mode="json"))
        for name in names:
            found: Json = [RESULTS[name].model_dump(mode="json", exclude_defaults=True)]
            self.journal.note(number, "bids.judged", {"solver": name, "results": found})
        self.disclosure.end_round(number, number)

    def told(self) -> list[list[Notice]]:
        """Return what solvers are told of each event that opens bids."""
        events = self.journal.drain()
        heard = zip(events, Notices().hear(events), strict=True)
        return [list(notices) for event, notices in heard if event.kind == OPENED]


def shown(opened: OpenedRound) -> dict[str, list[tuple[str, str, int]]]:
    return {sheet.solver: [(each.outcome, each.code, each.score) for each in sheet.bids] for sheet in opened.sheets}


def test_at_the_end_of_an_epoch_everybody_who_ever_bid_is_told_of_all_bids_of_its_rounds() -> None:
    played = Played(2)
    played.round(1, SOLVER, RIVAL)
    played.round(2, SOLVER)

    (notices,) = played.told()

    assert [(n.solver, n.opened.round) for n in notices if n.opened] == [
        (RIVAL, 1),
        (SOLVER, 1),
        (RIVAL, 2),
        (SOLVER, 2),
    ]
    assert notices[0].opened == notices[1].opened is not None
    assert shown(notices[0].opened) == {RIVAL: [("lost", "outbid", -7)], SOLVER: [("won", "won", 9)]}
    assert notices[0].opened.sheets[0].bids[0].bid == bid(MADE, solver=RIVAL)


def test_nobody_is_told_of_a_round_before_its_epoch_is_over() -> None:
    played = Played(3)
    played.round(1, SOLVER, RIVAL)
    played.round(2, SOLVER, RIVAL)

    assert played.told() == []


def test_the_last_epoch_may_be_shorter_and_an_epoch_that_was_opened_is_not_opened_again() -> None:
    played = Played(2)
    for number in (1, 2, 3):
        played.round(number, SOLVER)
    played.disclosure.finish(4, 3)
    played.disclosure.finish(5, 3)

    told = played.told()

    assert [[n.opened.round for n in notices if n.opened] for notices in told] == [[1, 2], [3]]


def test_the_ledger_holds_the_content_ids_of_what_was_sent() -> None:
    played = Played(2)
    played.round(1, RIVAL)
    played.round(2)
    events = played.journal.drain()
    (body,) = [event.body for event in events if event.kind == OPENED]
    told = [notice for notices in Notices().hear(events) for notice in notices if notice.opened]

    sent = {str(n.opened.round): content_id(n.opened.model_dump(mode="json")) for n in told if n.opened}

    assert body == {"first": 1, "last": 2, "rounds": sent}
    assert list(sent) == ["1"]


def test_where_it_is_not_asked_for_nothing_is_written_down() -> None:
    played = Played(0)
    played.round(1, SOLVER)
    played.disclosure.finish(2, 1)

    assert {event.kind for event in played.journal.drain()} == {"bids.opened", "bids.judged"}


def test_a_notice_of_anything_else_is_sent_as_it_ever_was() -> None:
    plain: dict[str, Any] = Notice(solver="a", topic="settled").model_dump(mode="json")

    assert "opened" not in plain
