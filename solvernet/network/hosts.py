"""Solver processes: started, watched, killed when they do not come back, started again for the next round."""

import asyncio
import os
import signal
import socket
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from intents.sealing import Author

START_S: Final = 30.0
"""Longest time from the start of a process to its introduction."""

STOP_S: Final = 5.0
MOST_RESTARTS: Final = 3
"""A solver that has died more often than this stays out."""

_THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class SolverProcess:
    """The process of one solver.

    Args:
        name: Name in the run.
        spec: Specification, as `solvers.registry.parse_spec` takes it.
        secret: Root of its random streams.
        memory_mb: Bound of its address space.
        broker: Address of the MQTT broker it is to connect to; without one it speaks frames on `channel`.
        run: Name of the run, for its topics.
    """

    def __init__(
        self, name: str, spec: str, secret: bytes, *, memory_mb: int, broker: str | None = None, run: str = "run"
    ) -> None:
        self.name = name
        self.author = Author.new()
        """Its identity, made for this run: whoever knows the seed does not know the key."""

        self.restarts = 0
        self.channel: socket.socket | None = None
        self._spec = spec
        self._secret = secret
        self._memory_mb = memory_mb
        self._broker = broker
        self._run = run
        self._process: asyncio.subprocess.Process | None = None
        self._lifeline: int | None = None
        self._errors: IO[bytes] | None = None
        self._started = asyncio.Event()

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.returncode is None

    @property
    def is_given_up(self) -> bool:
        """Whether it has died so often that it stays out."""
        return self.restarts > MOST_RESTARTS

    async def start(self, auctioneer: str) -> None:
        """Start the process; its introduction comes on the bus or the channel.

        Args:
            auctioneer: Public key of the auctioneer, in hex: the process heeds nobody else.
        """
        theirs, self._lifeline = os.pipe()
        inherited = [theirs]
        arguments = ["--lifeline", str(theirs), "--memory-mb", str(self._memory_mb), "--run", self._run]
        arguments += ["--auctioneer", auctioneer]
        remote: socket.socket | None = None
        if self._broker is None:
            self.channel, remote = socket.socketpair()
            inherited.append(remote.fileno())
            arguments += ["--fd", str(remote.fileno())]
        else:
            arguments += ["--broker", self._broker]
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  lives as long as the process
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "solvers.worker",
                self._spec,
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=inherited,
                env=self._environment(),
                start_new_session=True,
            )
            self._started.set()
        finally:
            os.close(theirs)
            if remote is not None:
                remote.close()

    async def died(self) -> str:
        """Return why the process ended, once it has."""
        await self._started.wait()
        if self._process is None:
            return "was stopped"
        code = await self._process.wait()
        line = self._last_line()
        how = f"ended with signal {-code}" if code < 0 else f"ended with exit code {code}"
        return f"{how}: {line}" if line else how

    async def stop(self) -> None:
        """End the process and everything it started; nothing if it has ended."""
        process, self._process = self._process, None
        self._started.clear()
        if process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            async with asyncio.timeout(STOP_S):
                await process.wait()
        if self.channel is not None:
            self.channel.close()
            self.channel = None
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None
        if self._errors is not None:
            self._errors.close()
            self._errors = None

    def _environment(self) -> dict[str, str]:
        """Return what the process may know: where Python and its libraries are, and its own secret."""
        kept = {"PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "PYTHONHASHSEED", "VIRTUAL_ENV", "TMPDIR"}
        environment = {key: value for key, value in os.environ.items() if key in kept}
        environment |= dict.fromkeys(_THREADS, "1")
        here = str(Path(__file__).parents[2])
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [environment.get("PYTHONPATH"), here]))
        return environment | {
            "SOLVERNET_SOLVER_SECRET": self._secret.hex(),
            "SOLVERNET_SOLVER_KEY": self.author.secret,
        }

    def _last_line(self) -> str:
        if self._errors is None:
            return ""
        self._errors.seek(0)
        lines = self._errors.read()[-4096:].decode(errors="replace").strip().splitlines()
        return lines[-1][:200] if lines else ""
