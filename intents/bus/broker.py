"""An MQTT 5 broker of our own, for one machine: rumqttd, a child process on a free port of the loopback interface.

It keeps nothing on disk, checks no passwords, and is meant for the processes of one run. Where others connect, use a
broker that knows who they are.

Each topic's log holds `SEGMENT_BYTES * SEGMENTS`; a subscriber that falls further behind misses messages without
notice. That is 800 announcements of 150 KB.
"""

import asyncio
import socket
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from intents.bus.broker_process import PORT_TAKEN
from intents.bus.bus import MAX_MESSAGE_BYTES
from intents.errors import BrokerUnavailableError

HOST: Final = "127.0.0.1"
PORTS_TO_TRY: Final = 5
MAX_CONNECTIONS: Final = 1000
MAX_IN_FLIGHT: Final = 500
"""Messages on their way to one client, not yet acknowledged by it."""

SEGMENT_BYTES: Final = 2 * MAX_MESSAGE_BYTES
SEGMENTS: Final = 16
START_S: Final = 10.0
STOP_S: Final = 5.0

_HEADROOM_BYTES: Final = 64 << 10
"""Topic and properties, which count towards the broker's limit of a payload."""

_CONFIG: Final = """
id = 0

[router]
id = 0
max_connections = {connections}
max_outgoing_packet_count = 200
max_segment_size = {segment_bytes}
max_segment_count = {segments}

[v5.1]
name = "v5"
listen = "{host}:{port}"
next_connection_delay_ms = 1

[v5.1.connections]
connection_timeout_ms = 60000
max_payload_size = {payload_bytes}
max_inflight_count = {in_flight}
dynamic_filters = true
"""


class EmbeddedBroker:
    """A broker that lives as long as the context manager."""

    def __init__(self) -> None:
        self._port = 0
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Address for `MqttBus`."""
        return f"mqtt://{HOST}:{self._port}"

    @property
    def pid(self) -> int | None:
        """Process id, or `None` if it is not running."""
        return self._process.pid if self._process and self.is_alive() else None

    def is_alive(self) -> bool:
        """Return whether the process runs."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start on a free port and return when the broker takes connections.

        Raises:
            BrokerUnavailableError: if it does not start; the message says why.
        """
        for _ in range(PORTS_TO_TRY):
            self._port = _free_port()
            if await self._launch():
                return
        raise BrokerUnavailableError(self.url, f"{PORTS_TO_TRY} ports were taken one after the other")

    async def stop(self) -> None:
        """Stop the process and free the port; nothing if it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        # It has nothing to save, and killing it needs no time to wait in; a cancelled caller must not leave it behind.
        with suppress(ProcessLookupError):
            process.kill()
        async with asyncio.timeout(STOP_S):
            await process.wait()

    async def restart(self) -> None:
        """Stop, and start again on the same port; what the broker retained is lost.

        Raises:
            BrokerUnavailableError: if it does not start.
        """
        await self.stop()
        if not await self._launch():
            raise BrokerUnavailableError(self.url, "another process took the port")

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _launch(self) -> bool:
        """Start the process and return whether it got the port."""
        with _private_folder() as folder, _log_file() as log:
            config = _write_config(Path(folder), self._port)
            self._process = await _spawn(config, self._port, log)
            try:
                code = await _exit_code_unless_ready(self._process)
            except TimeoutError:
                await self.stop()
                raise BrokerUnavailableError(self.url, f"it did not start in {START_S:g} s") from None
            except BaseException:
                await self.stop()
                raise
            if code is None:
                return True
            await self.stop()
            if code == PORT_TAKEN:
                return False
            raise BrokerUnavailableError(self.url, _last_line(log) or f"it ended with code {code}")


async def _spawn(config: Path, port: int, log: IO[bytes]) -> asyncio.subprocess.Process:
    script = Path(__file__).with_name("broker_process.py")
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        str(script),
        str(config),
        str(port),
        # The pipe tells the child that we are gone; its own session keeps Ctrl+C from ending it before us.
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=log,
        start_new_session=True,
    )


async def _exit_code_unless_ready(process: asyncio.subprocess.Process) -> int | None:
    """Return `None` once the process listens, or the exit code of one that ended before."""
    assert process.stdout is not None
    async with asyncio.timeout(START_S):
        return None if await process.stdout.readline() else await process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _private_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="solvernet-broker-")


def _log_file() -> IO[bytes]:
    return tempfile.TemporaryFile()


def _write_config(folder: Path, port: int) -> Path:
    path = folder / "rumqttd.toml"
    text = _CONFIG.format(
        connections=MAX_CONNECTIONS,
        segment_bytes=SEGMENT_BYTES,
        segments=SEGMENTS,
        host=HOST,
        port=port,
        payload_bytes=MAX_MESSAGE_BYTES + _HEADROOM_BYTES,
        in_flight=MAX_IN_FLIGHT,
    )
    path.write_text(text, encoding="utf-8")
    return path


def _last_line(log: IO[bytes]) -> str:
    log.seek(0)
    lines = log.read(1 << 16).decode(errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else ""
