"""Bridge between the memory bus and solver processes that speak frames on a socket.

So the auctioneer talks to every solver over the bus, whichever bus it is.
"""

import asyncio
from contextlib import suppress
from typing import Final

from intents.bus.bus import Bus, Subscription
from intents.bus.topics import Topics
from solvernet.network.hosts import SolverProcess
from solvers import frames

LIMIT: Final = frames.MAX_FRAME


class Pipe:
    """The bridge to one solver process: a context manager around the life of one process."""

    def __init__(self, bus: Bus, topics: Topics, process: SolverProcess) -> None:
        self._bus = bus
        self._topics = topics
        self._process = process
        self._tasks: list[asyncio.Task[None]] = []
        self._incoming: Subscription | None = None

    async def open(self) -> None:
        """Carry messages both ways until `close`, or until the process ends."""
        if self._process.channel is None:
            raise RuntimeError(f"{self._process.name} has no channel")
        name, topics = self._process.name, self._topics
        reader, writer = await asyncio.open_connection(sock=self._process.channel, limit=LIMIT)
        self._process.channel = None
        self._incoming = await self._bus.subscribe(topics.announce, topics.awards(name), topics.notices(name))
        self._tasks = [
            asyncio.create_task(self._to_solver(self._incoming, writer)),
            asyncio.create_task(self._from_solver(reader)),
        ]

    async def close(self) -> None:
        """Stop carrying."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        self._tasks = []
        if self._incoming is not None:
            await self._incoming.close()

    async def _to_solver(self, incoming: Subscription, writer: asyncio.StreamWriter) -> None:
        name, topics = self._process.name, self._topics
        kinds = {
            topics.announce: frames.ANNOUNCEMENT,
            topics.awards(name): frames.AWARD,
            topics.notices(name): frames.NOTICE,
        }
        try:
            async for message in incoming:
                writer.write(frames.pack(kinds[message.topic], message.payload))
                # A process that has died is noticed by whoever waits for its answer.
                with suppress(ConnectionError):
                    await writer.drain()
        finally:
            writer.close()

    async def _from_solver(self, reader: asyncio.StreamReader) -> None:
        name, topics = self._process.name, self._topics
        replies = {
            frames.HELLO: topics.solver_hello(name),
            frames.SHEET: topics.bids(name),
            frames.DECISION: topics.decisions(name),
        }
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                kind, length = frames.HEADER.unpack(await reader.readexactly(frames.HEADER.size))
                payload = await reader.readexactly(min(length, LIMIT))
                if kind in replies:
                    await self._bus.publish(replies[kind], payload)
