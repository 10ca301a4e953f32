"""Both kinds of bus, and one broker process for all tests that do not stop it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from intents.bus.broker import EmbeddedBroker
from intents.bus.bus import Bus
from intents.bus.memory import MemoryBroker, MemoryBus
from intents.bus.mqtt import MqttBus
from intents.bus.reconnecting import Patience
from intents.bus.topics import Topics

Connect = Callable[[], Awaitable[Bus]]
Eventually = Callable[[Callable[[], object]], Awaitable[None]]

PATIENCE_S = 30.0
SOON_S = 60.0


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def broker_url() -> AsyncIterator[str]:
    async with EmbeddedBroker() as broker:
        yield broker.url


@pytest.fixture
def eventually() -> Eventually:
    """Return a function that waits until a condition holds, and fails if that takes too long."""

    async def wait_until(condition: Callable[[], object]) -> None:
        async with asyncio.timeout(SOON_S):
            while not condition():  # noqa: ASYNC110  conditions of other processes have no event
                await asyncio.sleep(0.005)

    return wait_until


@pytest.fixture
def topics(request: pytest.FixtureRequest) -> Topics:
    """Return topics that no other test uses."""
    return Topics(hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:16])


@pytest.fixture(params=["memory", "mqtt"])
async def connect(request: pytest.FixtureRequest, broker_url: str) -> AsyncIterator[Connect]:
    """Return a function that opens one more connection to the same broker."""
    opened: list[Bus] = []
    memory = MemoryBroker()

    async def open_one() -> Bus:
        if request.param == "memory":
            opened.append(MemoryBus(memory))
            return opened[-1]
        bus = MqttBus(broker_url, patience=Patience(answer_s=PATIENCE_S))
        await bus.start()
        opened.append(bus)
        return bus

    yield open_one
    for bus in opened:
        await bus.aclose()
