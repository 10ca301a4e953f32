"""The broker's own process: run as a script with the path of a configuration and a port; see `intents.bus.broker`.

It writes a line when it listens. It ends when its standard input does, so that it never outlives the process that
started it, however that one ends.
"""

import logging
import os
import socket
import stat
import sys
import threading
import time
from pathlib import Path
from typing import Final

READY: Final = b"ready\n"

PORT_TAKEN: Final = 98
"""Exit code if another process listens on the port."""

FAILED: Final = 1
"""Exit code if the broker does not start for another reason."""

_POLL_S: Final = 0.002


def main(config_path: str, port: int) -> None:
    """Run the broker until the parent goes away."""
    from iotcore import IotCoreBroker

    # Its log has a record for every packet.
    logging.getLogger("rumqttd").setLevel(logging.CRITICAL)
    for duty in (_leave_with_parent, lambda: _say_ready(port)):
        threading.Thread(target=duty, daemon=True).start()
    try:
        IotCoreBroker(config_path=config_path).run_forever()
    except OSError as error:
        _leave(PORT_TAKEN, error)
    except Exception as error:  # noqa: BLE001  this process ends with it; the parent reads why
        _leave(FAILED, error)


def _leave_with_parent() -> None:
    while os.read(0, 1024):
        pass
    os._exit(0)


def _say_ready(port: int) -> None:
    """Wait for the broker's listener, set it up, and tell the parent."""
    while not any(_sends_at_once(int(entry.name), port) for entry in Path("/dev/fd").iterdir()):
        time.sleep(_POLL_S)
    os.write(1, READY)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def _sends_at_once(descriptor: int, port: int) -> bool:
    """Return whether this is the listener on `port`, after telling it and its connections to send without delay.

    Without it, a receipt that follows an acknowledgement waits 40 ms for the client's kernel.
    """
    try:
        if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            return False
    except OSError:
        return False
    # A second handle on the same socket: to make it blocking, as `dup` and `settimeout` do, would stop the broker.
    with socket.fromfd(descriptor, socket.AF_INET, socket.SOCK_STREAM) as found:
        if not found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) or found.getsockname()[1] != port:
            return False
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return True


def _leave(code: int, error: Exception) -> None:
    sys.stderr.write(f"{error}\n")
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
