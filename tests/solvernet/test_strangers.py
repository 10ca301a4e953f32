"""Somebody else on the broker can write on every topic of a run, and changes nothing by it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import pytest

from intents.bus.broker import EmbeddedBroker
from intents.bus.bus import Subscription
from intents.bus.memory import MemoryBroker, MemoryBus
from intents.bus.mqtt import MqttBus
from intents.bus.topics import Topics
from intents.canonical import model_bytes
from intents.errors import BusError, SealError
from intents.sealing import Author, Letterbox, text_of
from solvernet.inline import InlineRun
from solvernet.network.hosts import SolverProcess
from solvernet.network.solicitor import Solicitor
from solvernet.simulate import RunConfig, prepare, run
from solvers.messages import Announcement, Award, BidSheet, Decision, Hello, SealedSheet
from tests.solvernet.test_fingerprint import fingerprint
from tests.solvers.small_market import NOW_MS, market

Maker = Callable[..., RunConfig]

TOPICS = Topics("quarter-7")
STRANGER = Author.from_seed(b"\x66" * 32)
SOLVERS = ("single-path", "greedy", "convex", "matcher")


def forged(number: int, solver: str) -> list[tuple[str, bytes]]:
    """Return everything that a stranger may say in the name of a solver, or to it in that of the auctioneer."""
    hello = model_bytes(Hello(solver=solver, key=STRANGER.public, software="theirs"))
    walks_away = model_bytes(Decision(round=number, solver=solver, settle=()))
    won = model_bytes(Award(round=number, solver=solver, won=(0,), results=()))
    said = {
        TOPICS.solver_hello(solver): hello,
        TOPICS.bids(solver): b"{}",
        TOPICS.decisions(solver): walks_away,
        TOPICS.awards(solver): won,
        TOPICS.announce: b"\xff" * 200,
    }
    return [(topic, payload) for topic, text in said.items() for payload in (text, STRANGER.sign(text, topic))]


async def disturb(url: str) -> None:
    """Write on every topic of the run, over and over, until cancelled."""
    nobody = [f"{TOPICS.prefix}/solvers/n o b ö d y/bids", f"{TOPICS.prefix}/solvers/nobody/hello"]
    nobody += [f"{TOPICS.prefix}/users/n o b ö d y/{leaf}" for leaf in ("submit", "cancel")]
    async with MqttBus(url) as bus:
        number = 0
        while True:
            number += 1
            for solver in SOLVERS:
                for topic, payload in forged(number % 4, solver):
                    await bus.publish(topic, payload, retain=number == 1)
            for topic in nobody:
                await bus.publish(topic, b"\x00garbage")
            await asyncio.sleep(0.1)


class Puppet(SolverProcess):
    """A solver that lives in the test: it answers on the bus, after a stranger has spoken in its name."""

    def __init__(self, bus: MemoryBus) -> None:
        super().__init__("greedy", "greedy", b"\x01" * 32, memory_mb=64)
        self._bus = bus
        self._alive = False
        self.auctioneer = ""

    @property
    def is_alive(self) -> bool:
        return self._alive

    async def start(self, auctioneer: str) -> None:
        self.auctioneer, self._alive = auctioneer, True
        hello = Hello(solver="greedy", key=self.author.public, software="mine")
        await self.say(TOPICS.solver_hello("greedy"), model_bytes(hello))

    async def died(self) -> str:
        await asyncio.Event().wait()
        return ""

    async def stop(self) -> None:
        self._alive = False

    async def say(self, topic: str, text: bytes) -> None:
        for place, payload in forged(3, "greedy"):
            await self._bus.publish(place, payload)
        await self._bus.publish(f"{TOPICS.prefix}/solvers/n o b ö d y/bids", b"junk")
        await self._bus.publish(topic, self.author.sign(text, topic))

    async def answer(self, incoming: Subscription, box: Letterbox) -> None:
        """Answer one announcement and one award."""
        sheet = self.author.seal(model_bytes(BidSheet(solver="greedy", round=3)), box.public)
        sealed = SealedSheet(solver="greedy", round=3, sealed=sheet.hex())
        decision = Decision(round=3, solver="greedy", settle=(0,))
        for heard, topic, said in (
            (TOPICS.announce, TOPICS.bids("greedy"), sealed),
            (TOPICS.awards("greedy"), TOPICS.decisions("greedy"), decision),
        ):
            while True:
                message = await incoming.receive(10.0)
                assert message is not None
                with suppress(SealError):
                    text_of(message.payload, heard, self.auctioneer)
                    break
            await self.say(topic, model_bytes(said))


def opened(box: Letterbox) -> Announcement:
    snapshot = market()
    return Announcement(
        round=3, time_ms=NOW_MS, intents=(), snapshot=snapshot, snapshot_hash="", seal_key=box.public, nodes=1
    )


async def test_a_stranger_neither_speaks_for_a_solver_nor_silences_it() -> None:
    broker, box = MemoryBroker(), Letterbox.new()
    bus, theirs = MemoryBus(broker), MemoryBus(broker)
    puppet = Puppet(theirs)
    async with (
        Solicitor(bus, TOPICS, [puppet], limit_s=10.0) as solicitor,
        await theirs.subscribe(TOPICS.announce, TOPICS.awards("greedy")) as incoming,
    ):
        acting = asyncio.create_task(puppet.answer(incoming, box))
        answers = await solicitor.bids(opened(box), box)
        decisions = await solicitor.decisions([Award(round=3, solver="greedy", won=(0,), results=())])
        acting.cancel()

    assert solicitor.hellos["greedy"].software == "mine"
    assert (answers.faults, [sheet.solver for sheet in answers.sheets]) == ({}, ["greedy"])
    assert answers.strangers > 0
    assert decisions["greedy"].settle == (0,)


@pytest.mark.proof
def test_a_stranger_on_the_broker_changes_nothing_of_a_run(quarter: Maker, inline_run: InlineRun) -> None:
    async def play() -> str:
        async with EmbeddedBroker() as broker:
            config = quarter(bus="mqtt", broker=broker.url)
            stranger = asyncio.create_task(disturb(broker.url))
            await asyncio.sleep(0.5)
            result = await run(config, prepare(config))
            assert not stranger.done()
            stranger.cancel()
            with suppress(asyncio.CancelledError, BusError):
                await stranger
            return result.outcome.fingerprint

    assert asyncio.run(play()) == fingerprint(inline_run.events)
