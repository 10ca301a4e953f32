"""Driving a run without a bus and without processes: for the ideal run, for proofs over many seeds, for debuggers.

The events are those of a run over a bus: the same intents, rounds and sheets reach the same core. What is missing is
isolation: a solver that hangs or crashes takes the run with it.
"""

from collections.abc import Callable, Mapping

from auction.book import Entry
from auction.ledger import Event
from intents.sealing import Letterbox
from intents.signing import sign
from solvernet import __version__
from solvernet.agenda import Agenda, Cancelling
from solvernet.engine import MOST_DRAIN_ROUNDS, Engine, RunName
from solvernet.notices import Notices
from solvers.messages import Announcement, Award, BidSheet, Decision, Hello
from solvers.registry import load, parse_spec
from solvers.session import Session
from venues.seeds import seed_bytes

Progress = Callable[[int, int], None]


class InlineRun:
    """One run in this process."""

    def __init__(self, engine: Engine, sessions: Mapping[str, Session]) -> None:
        self.engine = engine
        self.events: list[Event] = []
        self._sessions = dict(sorted(sessions.items()))
        self._hellos: dict[str, Hello] = {name: session.hello() for name, session in self._sessions.items()}
        self._letterbox = Letterbox.new()
        self._agenda = Agenda(engine.flow, engine.network)
        self._notices = Notices()

    def drive(self, progress: Progress | None = None) -> None:
        """Run all rounds of the window, and then those it takes until every intent has ended."""
        engine, window = self.engine, self.engine.name.window
        rounds = (window.end - window.start) // engine.every_ms
        for number in range(1, rounds + MOST_DRAIN_ROUNDS + 1):
            self._feed(window.start + number * engine.every_ms, is_open=number <= rounds)
            if number > rounds and engine.is_over():
                break
            self._round()
            if progress:
                progress(number, rounds)
        engine.finish()
        self._take()

    def _feed(self, round_ms: int, *, is_open: bool) -> None:
        engine = self.engine
        for doing in self._agenda.until(engine.now_ms, round_ms, is_open=is_open):
            engine.advance(doing.time_ms)
            if isinstance(doing, Cancelling):
                engine.auctioneer.cancel(doing.intent_id)
                continue
            answer = engine.auctioneer.receive(sign(doing.intent, engine.flow.users[doing.user].account))
            if isinstance(answer, Entry):
                self._agenda.accepted(doing, answer.intent_id)
        engine.advance(round_ms)

    def _round(self) -> None:
        if self.engine.skips_round():
            self._take()
            return
        announcement = self.engine.open_round(self._letterbox.public)
        sheets: list[BidSheet] = []
        faults: dict[str, str] = {}
        if announcement.intents:
            for name, session in self._sessions.items():
                sheet, error = self._ask(name, session, announcement)
                sheets.append(sheet)
                if error:
                    faults[name] = f"failed: {error}"
        awards = self.engine.close_round(sheets, faults)
        self.engine.settle({award.solver: self._decide(award) for award in awards if award.won})
        self._take()

    def _take(self) -> None:
        """Keep what has happened, and tell solvers what they are told of it."""
        events = self.engine.drain()
        self.events.extend(events)
        for notices in self._notices.hear(events):
            for notice in notices:
                if notice.solver in self._sessions:
                    self._sessions[notice.solver].hear(notice)

    def _ask(self, name: str, session: Session, announcement: Announcement) -> tuple[BidSheet, str]:
        sealed = session.bid(announcement)
        text = self._letterbox.open(bytes.fromhex(sealed.sealed), self._hellos[name].key)
        return BidSheet.model_validate_json(text), sealed.error

    def _decide(self, award: Award) -> Decision:
        return self._sessions[award.solver].decide(award)


def open_inline(name: RunName) -> InlineRun:
    """Return a run in this process, with the scenario's solvers.

    Raises:
        SolversError: if a solver does not exist or does not load.
    """
    sessions = {}
    for spec in map(parse_spec, name.scenario.solvers.specs):
        sessions[spec.name] = Session(load(spec), spec.name, seed_bytes(name.seed, "solver", spec.name))
    software = {solver: session.hello().software for solver, session in sessions.items()}
    return InlineRun(Engine(name, software, __version__), sessions)
