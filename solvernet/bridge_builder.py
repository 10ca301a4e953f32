"""Building the bridges of a scenario: their ends, those who run them, and what these begin with."""

from collections.abc import Iterator
from typing import Final

from solvernet import rules
from solvernet.bridge_parts import (
    AnyBridgePart,
    CanonicalPart,
    FastPart,
    LightClientPart,
    LockingBridge,
    OptimisticPart,
)
from solvernet.bridge_ports import port_of
from solvernet.scenario import Scenario
from venues.bridges import AnyPort
from venues.bridges.agents import Carrier, Forger, Proposer, Relayer, Travellers, Watcher
from venues.bridges.agents.beat import Beat
from venues.view import Agent

OPERATORS: Final = ("carrier", "relayer", "proposer", "watcher")
"""Who runs bridges: accounts are named by what they do and their bridge."""


class BridgeBuilder:
    """Builds the bridges of one world."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self._scenario = scenario
        self._seed = seed

    def ports(self, chain: str) -> Iterator[AnyPort]:
        """Yield the bridge ends on a chain of the scenario."""
        for name, part in self._scenario.bridges.items():
            if chain in part.chains:
                yield port_of(self._scenario, name, chain, self._seed)

    def cash(self, chain: str) -> Iterator[tuple[str, float]]:
        """Yield who begins with how many dollars on a chain: those who run bridges, their reserves, and travellers."""
        for name, part in self._scenario.bridges.items():
            if chain not in part.chains:
                continue
            if part.travellers is not None:
                yield f"travellers.{name}", part.travellers.cash
            if isinstance(part, LockingBridge):
                yield f"reserve.{name}", part.reserve
            if isinstance(part, CanonicalPart | LightClientPart):
                yield f"carrier.{name}", 0.0
            elif isinstance(part, FastPart):
                yield f"relayer.{name}", part.cash
            elif isinstance(part, OptimisticPart):
                yield f"proposer.{name}", part.cash
                yield f"watcher.{name}", part.cash
                yield f"forger.{name}", part.bond

    def agents(self) -> Iterator[Agent]:
        """Yield those who run bridges, who use them, and who cheat them."""
        for name, part in self._scenario.bridges.items():
            if isinstance(part, CanonicalPart | LightClientPart):
                yield Carrier(name=f"carrier.{name}", beat=self._beat(name, part))
            elif isinstance(part, FastPart):
                yield Relayer(name=f"relayer.{name}", beat=self._beat(name, part))
            elif isinstance(part, OptimisticPart):
                yield from self._parties(name, part)
            if part.travellers is not None:
                yield self._travellers(name, part)

    def _parties(self, name: str, part: OptimisticPart) -> Iterator[Agent]:
        beat = self._beat(name, part)
        yield Proposer(name=f"proposer.{name}", beat=beat)
        if part.watched:
            yield Watcher(name=f"watcher.{name}", beat=beat)
        if part.forgery is not None:
            yield Forger(
                name=f"forger.{name}",
                bridge=name,
                chain=self._id(part.forgery.chain),
                at_ms=part.forgery.at,
                cash=rules.usdc(part.forgery.cash),
            )

    def _travellers(self, name: str, part: AnyBridgePart) -> Travellers:
        who = part.travellers
        if who is None:
            raise ValueError(f"nobody travels over {name}")
        period_ms = rules.ms(who.every_s)
        return Travellers(
            name=f"travellers.{name}",
            beat=Beat(bridge=name, chains=self._ends(part), period_ms=period_ms),
            rate=who.per_hour * who.every_s / 3600,
            median=rules.usdc(who.median),
            spread=who.spread,
            seed=(self._seed, "travellers", name),
        )

    def _beat(self, name: str, part: LockingBridge) -> Beat:
        return Beat(bridge=name, chains=self._ends(part), period_ms=rules.ms(part.poll_s))

    def _id(self, chain: str) -> str:
        return self._scenario.chains[chain].caip2

    def _ends(self, part: AnyBridgePart | LockingBridge) -> tuple[str, str]:
        return self._id(part.chains[0]), self._id(part.chains[1])
