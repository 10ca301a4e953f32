import os
import socket
from pathlib import Path

from intents.bus.broker_process import _sends_at_once

HOST = "127.0.0.1"


def open_files() -> int:
    return sum(1 for _ in Path("/dev/fd").iterdir())


def without_delay(connection: socket.socket) -> bool:
    return bool(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


def test_connections_of_the_listener_send_without_delay() -> None:
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
        found = _sends_at_once(listener.fileno(), port)

        with socket.create_connection((HOST, port)), listener.accept()[0] as accepted:
            assert found
            assert without_delay(accepted)


def test_listener_stays_non_blocking_because_the_broker_polls_it() -> None:
    with socket.create_server((HOST, 0)) as listener:
        listener.setblocking(False)

        _sends_at_once(listener.fileno(), listener.getsockname()[1])

        assert not os.get_blocking(listener.fileno())


def test_other_files_and_sockets_are_not_taken_for_the_listener(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as listener, (tmp_path / "file").open("w") as file, socket.socket() as idle:
        port = listener.getsockname()[1]
        left, right = socket.socketpair()
        with left, right:
            descriptors = [file.fileno(), idle.fileno(), left.fileno(), 10**6]

            assert not any(_sends_at_once(descriptor, port) for descriptor in descriptors)
            assert not _sends_at_once(listener.fileno(), port + 1)


def test_looking_for_the_listener_leaves_no_file_open(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as listener, (tmp_path / "file").open("w") as file:
        before = open_files()

        for descriptor in (listener.fileno(), file.fileno(), 10**6):
            _sends_at_once(descriptor, 1)

        assert open_files() == before
