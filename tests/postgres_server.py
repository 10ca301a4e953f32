"""A PostgreSQL server that is thrown away: in a temporary folder, on a Unix socket."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE_S = 30.0
ACCOUNT = "postgres"
"""Who runs it where the tests run as root, as whom it refuses to run."""


def binaries() -> Path | None:
    """Return the folder with the server's programs, or `None` if it is not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    return versions[-1].parent if versions else None


class Server:
    """A server that runs."""

    def __init__(self, folder: Path, programs: Path, *, is_durable: bool = False) -> None:
        self.folder = folder
        self._fsync = "on" if is_durable else "off"
        self._programs = programs
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            account = pwd.getpwnam(ACCOUNT)
            os.chown(folder, account.pw_uid, account.pw_gid)
            self._as = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        self._call("initdb", "-D", str(folder / "data"), "-A", "trust", "-U", "solver", "-E", "UTF8", "--no-sync")
        self.start()

    def url(self, run: str = "") -> str:
        """Return the address of a run in it."""
        return f"postgresql://solver:hush@/postgres?host={self.folder}" + (f"&run={run}" if run else "")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = (
            "listen_addresses=",
            f"unix_socket_directories={self.folder}",
            f"fsync={self._fsync}",
            "shared_buffers=16MB",
        )
        command = [self._programs / "postgres", "-D", self.folder / "data", *(f"--{each}" for each in settings)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, **self._as)
        ready = [str(self._programs / "pg_isready"), "-q", "-h", str(self.folder), "-U", "solver"]
        for _ in range(round(PATIENCE_S / 0.02)):
            if not subprocess.run(ready, check=False).returncode:
                return
            assert self._process.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.02)
        raise TimeoutError((self.folder / "log").read_text())

    def stop(self) -> None:
        """Stop it at once, whoever is connected: they lose their connection."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(PATIENCE_S)

    def _call(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder, timeout=PATIENCE_S, **self._as)


@contextmanager
def server(programs: Path, *, is_durable: bool = False) -> Iterator[Server]:
    """Run a server as long as the block lasts; only one that is durable waits for disks."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path must be short
    try:
        found = Server(folder, programs, is_durable=is_durable)
        try:
            yield found
        finally:
            found.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
