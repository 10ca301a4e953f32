"""The embedded broker may die in the middle of a run: the run goes on, and its fingerprint is the same."""

import asyncio
import os
import signal
from collections.abc import Callable

import pytest

from intents.errors import BusError
from solvernet.inline import InlineRun
from solvernet.network.broker_guard import GuardedBroker
from solvernet.simulate import RunConfig, prepare, run
from tests.solvernet.test_fingerprint import fingerprint

Maker = Callable[..., RunConfig]


async def test_a_broker_that_is_killed_is_started_again_on_the_same_address() -> None:
    async with GuardedBroker() as guarded:
        url, pid = guarded.url, guarded.broker.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        for _ in range(500):
            if guarded.restarts and guarded.broker.pid is not None:
                break
            await asyncio.sleep(0.02)

        assert guarded.url == url
        assert guarded.broker.pid != pid


def test_a_run_survives_the_death_of_its_broker_with_the_same_fingerprint(
    quarter: Maker, inline_run: InlineRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    brokers: list[GuardedBroker] = []
    enter = GuardedBroker.__aenter__

    async def remember(self: GuardedBroker) -> GuardedBroker:
        brokers.append(self)
        return await enter(self)

    monkeypatch.setattr(GuardedBroker, "__aenter__", remember)
    config = quarter(bus="mqtt")
    killed: list[int] = []

    def kill_once(number: int, _: int) -> None:
        pid = brokers[0].broker.pid
        if number == 1 and pid is not None:
            killed.append(pid)
            os.kill(pid, signal.SIGKILL)

    result = asyncio.run(run(config, prepare(config), kill_once))

    assert len(killed) == 1
    assert brokers[0].restarts == 1
    assert result.outcome.fingerprint == fingerprint(inline_run.events)


def test_an_outside_broker_that_dies_ends_the_run_and_keeps_its_rounds(quarter: Maker) -> None:
    async def play() -> int:
        broker = GuardedBroker()
        await broker.broker.start()
        config = quarter(bus="mqtt", broker=broker.url)
        rounds: list[int] = []

        def stop(number: int, _: int) -> None:
            rounds.append(number)
            pid = broker.broker.pid
            if pid is not None:
                os.kill(pid, signal.SIGKILL)

        with pytest.raises(BusError):
            await run(config, prepare(config), stop)
        await broker.broker.stop()
        return len(rounds)

    assert asyncio.run(play()) == 1
