import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from intents import builders
from intents.bus.topics import Topics
from intents.sealing import Author, Letterbox
from solvers import frames
from solvers.messages import Announcement, Award, Decision, Notice, OpenIntent
from solvers.session import Session
from solvers.worker import answer_to
from tests.solvers.small_market import EXPIRY, NOW_MS, intent, market
from tests.solvers.worker_process import HOST, TOPICS, Worker

BOX = Letterbox.from_seed(b"\x09" * 32)

PLUGINS = """
import ctypes, os, subprocess, sys, threading, time
from solvers.solver import Solver


class Honest(Solver):
    def solve(self, batch):
        return [batch.route(job, engine="path").to_bid() for job in batch.intents]


class OnlyOnce(Honest):
    # What `fail` does in the first round, the solver is honest in the second.
    rounds = 0

    def solve(self, batch):
        self.rounds += 1
        if self.rounds == 1:
            self.fail()
        return super().solve(batch)


class Hoarder(OnlyOnce):
    def fail(self):
        self.hoard = bytearray(64 << 30)


class Collector(OnlyOnce):
    def fail(self):
        hoard = []
        while True:
            hoard.append(bytearray(16 << 20))


class Diver(OnlyOnce):
    def fail(self):
        self.fail()


class Quitter(OnlyOnce):
    def fail(self):
        sys.exit("enough")


class Writer(Honest):
    def solve(self, batch):
        os.write(1, b"S\\x00\\x00\\x00\\x01junk")
        subprocess.run(["echo", "more junk"], check=True)
        sys.__stdout__.write("and more")
        sys.__stdout__.flush()
        return super().solve(batch)


class Spinner(Solver):
    def solve(self, batch):
        os.write(2, b"spinning\\n")
        while True:
            pass


class Crasher(Solver):
    def solve(self, batch):
        os._exit(7)


class Faulter(Solver):
    def solve(self, batch):
        ctypes.string_at(0)


class Snoop(Honest):
    def solve(self, batch):
        print(sorted(name for name in os.environ if "SECRET" in name))
        return super().solve(batch)
"""


def announcement(number: int = 3) -> Announcement:
    wish, snap = intent(builders.hedge(EXPIRY, 120), 5, 40.0), market()
    return Announcement(
        round=number,
        time_ms=NOW_MS,
        intents=(OpenIntent(intent_id="1" * 64, intent=wish, remaining=wish.quantity),),
        snapshot=snap,
        snapshot_hash=snap.hash,
        seal_key=BOX.public,
        nodes=50,
    )


@pytest.fixture(scope="module")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plugins") / "plugins.py"
    path.write_text(PLUGINS)
    return path


@pytest.fixture
def honest(plugins: Path) -> Iterator[Worker]:
    with Worker(f"tester={plugins}:Honest") as worker:
        worker.start()
        yield worker


def test_a_worker_bids_decides_and_hears_over_its_pipe(honest: Worker) -> None:
    sealed, sheet = honest.ask(announcement(3), BOX)
    honest.send(frames.AWARD, Award(round=3, solver="tester", won=(0,), results=()).model_dump_json().encode())
    decided = honest.receive()
    honest.send(frames.NOTICE, Notice(solver="tester", topic="settled").model_dump_json().encode())
    _, next_sheet = honest.ask(announcement(4), BOX)

    assert honest.hello is not None
    assert honest.hello.solver == sealed.solver == "tester"
    assert (len(sheet.bids), sheet.round) == (1, 3)
    assert decided is not None
    assert decided[0] == frames.DECISION
    assert Decision.model_validate_json(decided[1]).settle == (0,)
    assert next_sheet.round == 4


def test_a_message_that_makes_no_sense_is_passed_over(honest: Worker) -> None:
    honest.send(frames.ANNOUNCEMENT, b'{"kind": "nothing"}')
    honest.send(frames.AWARD, b"\xff\x00")
    honest.send(b"?", b"")
    honest.send(frames.ANNOUNCEMENT, announcement().model_copy(update={"seal_key": "00"}).model_dump_json().encode())

    _, sheet = honest.ask(announcement(), BOX)

    assert len(sheet.bids) == 1


def test_a_message_that_the_auctioneer_did_not_sign_is_passed_over(honest: Worker) -> None:
    text = announcement(5).model_dump_json().encode()
    stranger = Author.from_seed(b"\x66" * 32)
    honest.send_raw(frames.ANNOUNCEMENT, text)
    honest.send_raw(frames.ANNOUNCEMENT, stranger.sign(text, TOPICS.announce))
    honest.send_raw(frames.ANNOUNCEMENT, HOST.sign(text, Topics("other").announce))

    _, sheet = honest.ask(announcement(3), BOX)

    assert sheet.round == 3


def test_a_frame_that_is_too_large_ends_the_worker(honest: Worker) -> None:
    honest._socket.sendall(frames.HEADER.pack(frames.ANNOUNCEMENT, frames.MAX_FRAME + 1))

    assert honest.receive() is None
    assert honest.ended() != 0


def test_a_worker_ends_when_its_channel_is_closed(honest: Worker) -> None:
    honest.close_channel()

    assert honest.ended() == 0


@pytest.mark.parametrize(
    ("plugin", "line"),
    [
        ("Hoarder", "MemoryError: "),
        ("Collector", "MemoryError: "),
        ("Diver", "RecursionError: maximum recursion depth exceeded"),
        ("Quitter", "SystemExit: enough"),
    ],
)
def test_a_worker_survives_the_failure_of_its_solver(plugins: Path, plugin: str, line: str) -> None:
    with Worker(f"tester={plugins}:{plugin}", memory_mb=1024) as worker:
        worker.start()
        failed, empty = worker.ask(announcement(3), BOX)
        _, sheet = worker.ask(announcement(4), BOX)

    assert failed.error.startswith(line)
    assert empty.bids == ()
    assert len(sheet.bids) == 1


def test_what_a_solver_writes_on_standard_output_is_not_in_the_channel(plugins: Path) -> None:
    with Worker(f"tester={plugins}:Writer") as worker:
        worker.start()
        sheets = [worker.ask(announcement(number), BOX)[1] for number in (3, 4)]
        worker.close_channel()
        worker.ended()

        assert [sheet.round for sheet in sheets] == [3, 4]
        assert "more junk" in worker.words()


def test_a_solver_does_not_find_the_secret_of_its_keys_among_its_variables(plugins: Path) -> None:
    with Worker(f"tester={plugins}:Snoop") as worker:
        worker.start()
        sealed, _ = worker.ask(announcement(), BOX)

    assert sealed.output == "[]\n"


@pytest.mark.parametrize(("plugin", "code"), [("Crasher", 7), ("Faulter", -signal.SIGSEGV)])
def test_a_crash_closes_the_channel(plugins: Path, plugin: str, code: int) -> None:
    with Worker(f"tester={plugins}:{plugin}") as worker:
        worker.start()
        worker.send(frames.ANNOUNCEMENT, announcement().model_dump_json().encode())

        assert worker.receive() is None
        assert worker.ended() == code


def spinning(worker: Worker) -> None:
    """Start a worker's endless loop, and wait until it is in it."""
    worker.start()
    worker.send(frames.ANNOUNCEMENT, announcement().model_dump_json().encode())
    assert worker.process.stderr is not None
    assert worker.process.stderr.readline() == b"spinning\n"


def test_an_endless_loop_can_be_killed(plugins: Path) -> None:
    with Worker(f"tester={plugins}:Spinner") as worker:
        spinning(worker)
        worker.kill()

        assert worker.ended() == -signal.SIGKILL
        assert worker.receive() is None


def test_a_worker_ends_with_its_host_even_in_an_endless_loop(plugins: Path) -> None:
    with Worker(f"tester={plugins}:Spinner") as worker:
        spinning(worker)
        worker.hang_up()

        assert worker.ended() == 0


@pytest.mark.parametrize("spec", ["no-such-solver", "Bad Name=greedy", "absent.py:X", "greedy?depth=3"])
def test_a_solver_that_does_not_load_ends_the_worker_with_one_line(spec: str) -> None:
    with Worker(spec) as worker:
        assert worker.ended() == 2
        assert worker.words().count("\n") == 1


def test_a_notice_asks_for_no_answer() -> None:
    class Deaf(Session):
        def __init__(self) -> None:
            self.heard: list[Notice] = []

        def hear(self, notice: Notice) -> None:
            self.heard.append(notice)

    session, notice = Deaf(), Notice(solver="tester", topic="flag")

    assert answer_to(session, frames.NOTICE, notice.model_dump_json().encode()) is None
    assert session.heard == [notice]
