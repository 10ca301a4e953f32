"""Keeps the embedded broker up: one that dies in the middle of a run is started again on the same port."""

import asyncio
from types import TracebackType
from typing import Final, Self

from intents.bus.broker import EmbeddedBroker

LOOK_S: Final = 0.25


class GuardedBroker:
    """An embedded broker and its guard: a context manager around both."""

    def __init__(self) -> None:
        self.broker = EmbeddedBroker()
        self.restarts = 0
        self._guard: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Address of the broker."""
        return self.broker.url

    async def __aenter__(self) -> Self:
        await self.broker.start()
        self._guard = asyncio.create_task(self._watch())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._guard is not None:
            self._guard.cancel()
            await asyncio.wait((self._guard,))
        await self.broker.stop()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            if not self.broker.is_alive():
                await self.broker.restart()
                self.restarts += 1
