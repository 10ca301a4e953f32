import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from intents import builders
from intents.canonical import model_bytes
from intents.errors import SealError
from intents.sealing import Letterbox
from solvers.bid import Bid
from solvers.messages import MAX_BIDS, Announcement, Award, Ban, BidSheet, Notice, OpenIntent, SealedSheet
from solvers.opened_bids import OpenedRound, OpenedSheet
from solvers.session import ERROR_LIMIT, OUTPUT_LIMIT, Session
from solvers.solver import Batch, Solver
from tests.solvers.small_market import EXPIRY, NOW_MS, intent, market

NAME = "tester"
SECRET = b"\x07" * 32
BOX = Letterbox.from_seed(b"\x09" * 32)


class Plugin(Solver):
    """A solver whose every hook is given from outside."""

    def __init__(
        self,
        solve: Callable[[Batch], object],
        on_award: Callable[[Award], object] = lambda award: award.won,
        on_notice: Callable[[Notice], object] = lambda _: None,
    ) -> None:
        self._solve, self._on_award, self._on_notice = solve, on_award, on_notice

    def solve(self, batch: Batch) -> Sequence[Bid | None]:
        return self._solve(batch)  # type: ignore[return-value]

    def on_award(self, award: Award) -> Sequence[int]:
        return self._on_award(award)  # type: ignore[return-value]

    def on_settled(self, notice: Notice) -> None:
        self._on_notice(notice)

    def on_flag(self, notice: Notice) -> None:
        self._on_notice(notice)


def announcement(**changes: object) -> Announcement:
    wish = intent(builders.hedge(EXPIRY, 120), 5, 40.0)
    snap = market()
    made = Announcement(
        round=3,
        time_ms=NOW_MS,
        intents=(OpenIntent(intent_id="1" * 64, intent=wish, remaining=wish.quantity),),
        snapshot=snap,
        snapshot_hash=snap.hash,
        seal_key=BOX.public,
        nodes=50,
    )
    return made.model_copy(update=changes)


def honest(batch: Batch) -> list[Bid | None]:
    return [batch.route(job, engine="path").to_bid() for job in batch.intents]


def session(solve: Callable[[Batch], object], **hooks: Callable[..., object]) -> Session:
    return Session(Plugin(solve, **hooks), NAME, SECRET)


def opened(sealed: SealedSheet, who: Session) -> BidSheet:
    return BidSheet.model_validate_json(BOX.open(bytes.fromhex(sealed.sealed), who.hello().key))


def failure(solve: Callable[[Batch], object]) -> str:
    """Return the error of a round in which the solver failed; its sheet must be empty."""
    who = session(solve)
    answer = who.bid(announcement())
    assert opened(answer, who).bids == ()
    assert "\n" not in answer.error
    assert SealedSheet.model_validate_json(answer.model_dump_json()) == answer
    return answer.error


def raising(error: BaseException) -> Callable[[object], object]:
    def work(_: object) -> object:
        raise error

    return work


def test_a_sheet_holds_the_bids_that_the_solver_returned() -> None:
    who = session(honest)

    answer = who.bid(announcement())

    (bid,) = opened(answer, who).bids
    assert (bid.solver, bid.round, bid.intents) == (NAME, 3, ("1" * 64,))
    assert (answer.error, answer.output) == ("", "")
    assert answer.work > 0


def test_only_the_auctioneers_key_opens_a_sheet() -> None:
    who = session(honest)
    sealed = bytes.fromhex(who.bid(announcement()).sealed)

    with pytest.raises(SealError):
        Letterbox.from_seed(b"\x0a" * 32).open(sealed, who.hello().key)
    with pytest.raises(SealError):
        BOX.open(sealed, Session(Plugin(honest), NAME, b"\x08" * 32).hello().key)
    with pytest.raises(SealError):
        BOX.open(sealed[:-1] + bytes([sealed[-1] ^ 1]), who.hello().key)


def test_an_announcement_without_a_key_cannot_be_answered() -> None:
    with pytest.raises(SealError):
        session(honest).bid(announcement(seal_key="00"))


def test_the_introduction_names_solver_key_and_software() -> None:
    plugin = Plugin(honest)
    plugin.software = "x" * 200

    hello = Session(plugin, NAME, SECRET).hello()

    assert (hello.solver, hello.software) == (NAME, "x" * 128)
    assert hello.key == session(honest).hello().key


def test_entries_of_none_are_left_out() -> None:
    who = session(lambda batch: [None, *honest(batch), None])

    assert len(opened(who.bid(announcement()), who).bids) == 1


def test_what_a_solver_prints_is_kept_for_its_developer(capfd: pytest.CaptureFixture[str]) -> None:
    def chatty(batch: Batch) -> list[Bid | None]:
        print("thinking")  # noqa: T201  as plugins do
        sys.stderr.write("hard")
        return honest(batch)

    who = session(chatty)
    answer = who.bid(announcement())

    assert answer.output == "thinking\nhard"
    assert len(opened(answer, who).bids) == 1
    assert capfd.readouterr() == ("", "")


def test_output_beyond_the_limit_is_cut_off() -> None:
    def flood(batch: Batch) -> list[Bid]:
        for _ in range(50_000):
            sys.stdout.write("0123456789\n")
        return []

    assert len(session(flood).bid(announcement()).output) == OUTPUT_LIMIT


def test_output_that_is_no_text_is_still_sent() -> None:
    answer = session(lambda _: sys.stdout.write("file \udcff")).bid(announcement())

    assert answer.output == "file ?"
    assert answer.model_dump_json()


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("no idea\nat all"), "ValueError: no idea"),
        (SystemExit(3), "SystemExit: 3"),
        (MemoryError(), "MemoryError: "),
        (RecursionError("too deep"), "RecursionError: too deep"),
        (AssertionError("x" * 2000), ("AssertionError: " + "x" * 2000)[:ERROR_LIMIT]),
        (GeneratorExit(), "GeneratorExit: "),
        (RuntimeError("caf\udce9"), "RuntimeError: caf?"),
    ],
)
def test_what_a_solver_raises_costs_it_the_round_and_is_told_in_one_line(error: BaseException, line: str) -> None:
    assert failure(raising(error)) == line


def test_an_error_whose_text_fails_too_is_told_by_its_name() -> None:
    class Nasty(Exception):  # noqa: N818  a plugin names it as it likes
        def __str__(self) -> str:
            raise ValueError("not even that")

    assert failure(raising(Nasty())) == "Nasty: "


def test_an_interruption_by_the_user_is_not_swallowed() -> None:
    with pytest.raises(KeyboardInterrupt):
        session(raising(KeyboardInterrupt())).bid(announcement())


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (None, "TypeError: solve returned NoneType, not a list of bids"),
        ("bids", "TypeError: solve returned str, not a list of bids"),
        ({}, "TypeError: solve returned dict, not a list of bids"),
        ([1], "TypeError: solve returned a list with int in it, not bids"),
        ([[]], "TypeError: solve returned a list with list in it, not bids"),
    ],
)
def test_anything_but_a_list_of_bids_is_refused(answer: object, line: str) -> None:
    assert failure(lambda _: answer) == line


def test_too_many_bids_are_refused() -> None:
    assert failure(lambda batch: honest(batch) * (MAX_BIDS + 1)).startswith("ValueError: solve returned 65 bids")


@pytest.mark.parametrize("changes", [{"solver": "somebody-else"}, {"round": 4}])
def test_a_bid_in_another_name_or_for_another_round_is_refused(changes: dict[str, object]) -> None:
    def forge(batch: Batch) -> list[Bid]:
        return [bid.model_copy(update=changes) for bid in honest(batch) if bid is not None]

    assert "another solver's name" in failure(forge)


@pytest.mark.parametrize("changes", [{"quantity": -1}, {"quantity": 1.5}, {"chain": "\ud800"}, {"legs": {"X": "y"}}])
@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
def test_a_bid_made_past_its_own_checks_is_refused(changes: dict[str, object]) -> None:
    def smuggle(batch: Batch) -> list[Bid]:
        (bid,) = [bid for bid in honest(batch) if bid is not None]
        return [bid.model_copy(update={"fills": (bid.fills[0].model_copy(update=changes),)})]

    assert "Error: " in failure(smuggle)


def test_a_batch_whose_work_was_tampered_with_reports_none() -> None:
    def tamper(batch: Batch) -> list[Bid]:
        batch.work.append("much")  # type: ignore[arg-type]
        return []

    answer = session(tamper).bid(announcement())

    assert (answer.work, answer.error) == (0, "")


def test_a_snapshot_that_is_not_the_one_named_gets_no_bids() -> None:
    who, other = session(honest), replace(market(), time_ms=NOW_MS + 1)

    answer = who.bid(announcement(snapshot_hash=other.hash))

    assert opened(answer, who).bids == ()
    assert answer.error == "ValueError: the snapshot does not have the hash announced for it"


def test_the_same_announcement_has_the_same_bids() -> None:
    def draws(batch: Batch) -> list[Bid | None]:
        return [batch.route(job).to_bid(markup_bps=float(batch.rng("x").uniform(0, 5))) for job in batch.intents]

    who = session(draws)
    first, second = (opened(who.bid(announcement()), who) for _ in range(2))

    assert model_bytes(first) == model_bytes(second)


def award(*won: int) -> Award:
    return Award(round=3, solver=NAME, won=won, results=())


def test_a_solver_settles_what_it_has_won() -> None:
    decision = session(honest).decide(award(0, 2))

    assert (decision.round, decision.solver, decision.settle, decision.error) == (3, NAME, (0, 2), "")


def test_a_decision_is_sorted_and_without_repetition() -> None:
    assert session(honest, on_award=lambda _: [2, 0, 2]).decide(award(0, 2)).settle == (0, 2)


def test_positions_may_be_any_whole_numbers() -> None:
    import numpy as np

    assert session(honest, on_award=lambda _: list(np.array([2, 0]))).decide(award(0, 2)).settle == (0, 2)


@pytest.mark.parametrize("answer", [[1], "0", None, 7, [[0]], {0}, ["0"], [0.5]])
def test_a_decision_about_anything_else_settles_nothing(answer: object) -> None:
    decision = session(honest, on_award=lambda _: answer).decide(award(0, 2))

    assert decision.settle == ()
    assert decision.error.startswith("TypeError")


def test_a_hook_that_fails_settles_nothing_and_says_why() -> None:
    decision = session(honest, on_award=raising(SystemExit(1))).decide(award(0))

    assert (decision.settle, decision.error) == ((), "SystemExit: 1")


@pytest.mark.parametrize("topic", ["settled", "failed", "flag"])
def test_notices_reach_the_solver_and_may_not_hurt_the_session(topic: str) -> None:
    heard: list[str] = []

    def listen(notice: Notice) -> None:
        heard.append(notice.topic)
        raise RuntimeError("bad news")

    session(honest, on_notice=listen).hear(Notice.model_validate({"solver": NAME, "topic": topic}))

    assert heard == [topic]


def test_a_ban_reaches_the_hook_of_its_own() -> None:
    heard: list[Ban] = []

    class Banned(Plugin):
        def on_ban(self, ban: Ban) -> None:
            heard.append(ban)

    ban = Ban(code="fade_rate", since_ms=1, until_ms=2, reason="too often", appeal="name the fill")

    Session(Banned(honest), NAME, SECRET).hear(Notice(solver=NAME, topic="banned", ban=ban))

    assert heard == [ban]


def test_opened_bids_reach_the_hook_of_their_own() -> None:
    heard: list[OpenedRound] = []

    class Reader(Plugin):
        def on_opened(self, opened: OpenedRound) -> None:
            heard.append(opened)

    opened = OpenedRound(round=3, sheets=(OpenedSheet(solver="rival", bids=()),))
    notice = Notice(solver=NAME, topic="opened", opened=opened)

    Session(Reader(honest), NAME, SECRET).hear(Notice.model_validate_json(notice.model_dump_json()))

    assert heard == [opened]
