"""A real worker process and the host's end of its pipe."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from intents.bus.topics import Topics
from intents.sealing import Author, Letterbox, text_of
from solvers import frames
from solvers.messages import Announcement, BidSheet, Hello, SealedSheet

WAIT_S: Final = 60.0
"""Longest wait for anything a process is expected to do; nothing is asserted about time."""

HOST: Final = Author.from_seed(b"\x05" * 32)
SELF: Final = Author.from_seed(b"\x06" * 32)
TOPICS: Final = Topics("bench")

ROOT: Final = Path(__file__).parents[2]


class Worker:
    """A worker process: a context manager that leaves nothing behind."""

    def __init__(self, spec: str, *, memory_mb: int = 0) -> None:
        self._arguments = [spec, "--memory-mb", str(memory_mb)]
        self.hello: Hello | None = None

    def __enter__(self) -> Self:
        theirs, self.lifeline = os.pipe()
        self._socket, remote = socket.socketpair()
        self._socket.settimeout(WAIT_S)
        self._stream = self._socket.makefile("rb")
        arguments = [*self._arguments, "--lifeline", str(theirs), "--fd", str(remote.fileno())]
        arguments += ["--auctioneer", HOST.public, "--run", TOPICS.run]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "solvers.worker", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=[theirs, remote.fileno()],
            start_new_session=True,
            cwd=ROOT,
            env=os.environ
            | {"SOLVERNET_SOLVER_SECRET": "07" * 32, "SOLVERNET_SOLVER_KEY": SELF.secret, "OMP_NUM_THREADS": "1"},
        )
        os.close(theirs)
        remote.close()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        self._stream.close()
        self._socket.close()
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()
        self.hang_up()

    def send(self, kind: bytes, payload: bytes) -> None:
        """Send a frame, signed by the auctioneer."""
        topics = {
            frames.ANNOUNCEMENT: TOPICS.announce,
            frames.AWARD: TOPICS.awards("tester"),
            frames.NOTICE: TOPICS.notices("tester"),
        }
        self.send_raw(kind, HOST.sign(payload, topics.get(kind, "")))

    def send_raw(self, kind: bytes, payload: bytes) -> None:
        """Send a frame as it is."""
        self._socket.sendall(frames.pack(kind, payload))

    def receive(self) -> tuple[bytes, bytes] | None:
        """Return kind and text of the next frame, or `None` once the process has closed its end.

        Raises:
            TimeoutError: if nothing comes.
            SealError: if the solver did not sign it.
        """
        frame = frames.read_frame(self._stream)
        if frame is None:
            return None
        topics = {
            frames.HELLO: TOPICS.solver_hello("tester"),
            frames.SHEET: TOPICS.bids("tester"),
            frames.DECISION: TOPICS.decisions("tester"),
        }
        return frame[0], text_of(frame[1], topics[frame[0]], SELF.public)

    def start(self) -> Hello:
        """Wait for the introduction."""
        frame = self.receive()
        assert frame is not None, self.words()
        assert frame[0] == frames.HELLO
        self.hello = Hello.model_validate_json(frame[1])
        return self.hello

    def ask(self, announcement: Announcement, box: Letterbox) -> tuple[SealedSheet, BidSheet]:
        """Announce a round and return the answer, sealed and opened."""
        assert self.hello is not None
        self.send(frames.ANNOUNCEMENT, announcement.model_dump_json().encode())
        frame = self.receive()
        assert frame is not None, self.words()
        assert frame[0] == frames.SHEET
        sealed = SealedSheet.model_validate_json(frame[1])
        return sealed, BidSheet.model_validate_json(box.open(bytes.fromhex(sealed.sealed), self.hello.key))

    def close_channel(self) -> None:
        """Close the host's end of the channel."""
        self._socket.shutdown(socket.SHUT_RDWR)

    def hang_up(self) -> None:
        """Close the lifeline, as happens when the host ends."""
        if self.lifeline >= 0:
            os.close(self.lifeline)
            self.lifeline = -1

    def kill(self) -> None:
        """Kill the process and everything it started."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(WAIT_S)

    def ended(self) -> int:
        """Wait for the end of the process and return its exit code."""
        return self.process.wait(WAIT_S)

    def words(self) -> str:
        """Return what the process, which must have ended, wrote on its standard streams."""
        out, err = self.process.communicate(timeout=WAIT_S)
        return (out + err).decode()
