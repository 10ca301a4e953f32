import asyncio
import os
import signal
import socket
import stat
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from intents.bus import broker as broker_module
from intents.bus.broker import HOST, PORTS_TO_TRY, EmbeddedBroker
from intents.bus.mqtt import MqttBus
from intents.errors import BrokerUnavailableError

Eventually = Callable[[Callable[[], object]], Awaitable[None]]

SOON_S = 60.0
LISTENING = "0A"
PARENT = """
import asyncio
from intents.bus.broker import EmbeddedBroker

async def main():
    async with EmbeddedBroker() as broker:
        print(broker.pid, broker.url, flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def runs(pid: int) -> bool:
    """Return whether a process is there and is not just waiting to be reaped."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def is_gone(pid: int, port: int) -> bool:
    return not runs(pid) and not listens(port)


def listening_addresses(port: int) -> list[str]:
    """Return the addresses, as the kernel writes them, on which somebody listens on a port."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return [address for _, address, _, state, *_ in rows if state == LISTENING and address.endswith(f":{port:04X}")]


def mode_of(folder: str) -> int:
    return stat.S_IMODE(Path(folder).stat().st_mode)


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


async def test_broker_carries_messages_and_is_gone_afterwards() -> None:
    async with EmbeddedBroker() as broker:
        pid, port = broker.pid, port_of(broker.url)
        assert pid is not None
        assert broker.is_alive()
        async with MqttBus(broker.url) as bus:
            await bus.publish("a", b"hello", retain=True)

    assert not broker.is_alive()
    assert not runs(pid)
    assert not listens(port)


async def test_broker_listens_on_the_loopback_interface_only() -> None:
    async with EmbeddedBroker() as broker:
        port = port_of(broker.url)
        addresses = listening_addresses(port)

    assert addresses == [f"0100007F:{port:04X}"]


async def test_restarted_broker_keeps_its_address_and_forgets_what_was_retained() -> None:
    async with EmbeddedBroker() as broker:
        url, pid = broker.url, broker.pid
        async with MqttBus(url) as bus:
            await bus.publish("a", b"old", retain=True)

        await broker.restart()

        assert broker.url == url
        assert broker.pid != pid
        async with MqttBus(url) as bus:
            subscription = await bus.subscribe("a")
            await bus.publish("a", b"new")
            message = await subscription.receive(SOON_S)
        assert message
        assert message.payload == b"new"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
async def test_broker_does_not_outlive_a_parent_that_is_killed(how: signal.Signals, eventually: Eventually) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert parent.stdout is not None
    async with asyncio.timeout(SOON_S):
        pid, url = (await parent.stdout.readline()).decode().split()
        assert runs(int(pid))

        parent.send_signal(how)
        await parent.wait()

    await eventually(lambda: is_gone(int(pid), port_of(url)))


async def test_broker_is_gone_when_its_task_is_cancelled(eventually: Eventually) -> None:
    broker, started = EmbeddedBroker(), asyncio.Event()

    async def hold() -> None:
        async with broker:
            started.set()
            await asyncio.sleep(SOON_S)

    holding = asyncio.ensure_future(hold())
    async with asyncio.timeout(SOON_S):
        await started.wait()
    pid = broker.pid
    holding.cancel()

    with suppress(asyncio.CancelledError):
        await holding
    assert pid is not None
    assert holding.cancelled()
    await eventually(lambda: is_gone(pid, port_of(broker.url)))


async def test_start_that_is_cancelled_half_way_leaves_no_process(eventually: Eventually) -> None:
    broker = EmbeddedBroker()
    starting = asyncio.ensure_future(broker.start())
    await eventually(lambda: broker.pid)
    pid = broker.pid
    starting.cancel()

    with suppress(asyncio.CancelledError):
        await starting
    assert starting.cancelled()
    assert not broker.is_alive()
    assert pid is not None
    await eventually(lambda: is_gone(pid, port_of(broker.url)))


async def test_broker_that_died_is_noticed(eventually: Eventually) -> None:
    async with EmbeddedBroker() as broker:
        assert broker.pid is not None
        os.kill(broker.pid, signal.SIGKILL)

        await eventually(lambda: not broker.is_alive())
        assert broker.pid is None


async def test_interrupt_from_the_terminal_does_not_reach_the_broker_before_us() -> None:
    async with EmbeddedBroker() as broker:
        assert broker.pid is not None
        assert os.getpgid(broker.pid) != os.getpgrp()


async def test_stopping_twice_is_stopping_once() -> None:
    broker = EmbeddedBroker()
    await broker.start()

    await broker.stop()
    await broker.stop()

    assert not broker.is_alive()


async def test_port_that_was_taken_in_between_is_left_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    free = broker_module._free_port()
    with socket.create_server((HOST, 0)) as other:
        ports = iter([other.getsockname()[1], free])
        monkeypatch.setattr(broker_module, "_free_port", lambda: next(ports))

        async with EmbeddedBroker() as broker, MqttBus(broker.url) as bus:
            await bus.publish("a", b"")

    assert port_of(broker.url) == free


async def test_broker_that_finds_no_free_port_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((HOST, 0)) as other:
        monkeypatch.setattr(broker_module, "_free_port", lambda: other.getsockname()[1])

        with pytest.raises(BrokerUnavailableError, match=f"{PORTS_TO_TRY} ports were taken"):
            await EmbeddedBroker().start()


async def test_restart_on_a_port_that_was_taken_says_so() -> None:
    broker = EmbeddedBroker()
    await broker.start()
    await broker.stop()

    with (
        socket.create_server((HOST, port_of(broker.url))),
        pytest.raises(BrokerUnavailableError, match="another process took the port"),
    ):
        await broker.restart()

    assert not broker.is_alive()


async def test_broker_that_does_not_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker_module, "_CONFIG", "id = 'not a number'")

    with pytest.raises(BrokerUnavailableError, match="invalid broker config") as refusal:
        await EmbeddedBroker().start()

    assert "\n" not in str(refusal.value)


async def test_broker_that_does_not_answer_in_time_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker_module, "START_S", 0.0)
    broker = EmbeddedBroker()

    with pytest.raises(BrokerUnavailableError, match="it did not start in 0 s"):
        await broker.start()

    assert not broker.is_alive()


async def test_configuration_is_private_while_it_exists_and_gone_when_the_broker_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with broker_module._private_folder() as folder:
        mode = mode_of(folder)

    async with EmbeddedBroker():
        left = names_in(tmp_path)

    assert mode == stat.S_IRWXU
    assert left == []


async def test_broker_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    async with EmbeddedBroker() as broker:
        async with MqttBus(broker.url) as bus:
            await bus.publish("a", b"")
        await broker.restart()

    assert capfd.readouterr() == ("", "")
