"""Building the price feeds of a scenario: who observes, who posts, and what pools remember for them."""

from collections.abc import Iterator
from typing import Final

from immutables import Map

from intents.assets import PRICE_UNIT
from solvernet import market_data, rules
from solvernet.oracle_parts import (
    AnyOracle,
    AnySource,
    FallbackPart,
    IndexSourcePart,
    NodesSourcePart,
    PublishersPart,
    PythPart,
    PythSourcePart,
    ReportPart,
    TwapPart,
    pools_read,
)
from solvernet.scenario import Scenario
from solvernet.scenario_parts import MedianPart
from venues.chain_state import Answer
from venues.markets.concentrated import ConcentratedPool
from venues.markets.cpmm import SpotPool
from venues.markets.kinds import AnyVenue
from venues.oracles.fallback import BreakerRules, FallbackFeed, ReportRules
from venues.oracles.index_source import IndexSource
from venues.oracles.median import MedianFeed
from venues.oracles.nodes import MedianRules, Network
from venues.oracles.osm import SecurityModule
from venues.oracles.pool_memory import PoolMemory, first_memory
from venues.oracles.pool_source import PoolSource
from venues.oracles.pyth_source import PythRules, PythSource
from venues.oracles.reading import Source
from venues.oracles.tampering import PREFIX
from venues.truth import Truth
from venues.view import Agent

LEAST_PRICE: Final = PRICE_UNIT
MOST_PRICE: Final = 1_000_000 * PRICE_UNIT
"""Bounds of a report of nodes behind a feed of several sources."""

UNBOUNDED: Final = 10**12
"""A lone source without a breaker may move the answer by any number of millionths."""


class OracleBuilder:
    """Builds the feeds of one world."""

    def __init__(self, scenario: Scenario, seed: int, truth: Truth, birth_ms: int) -> None:
        self._scenario = scenario
        self._seed = seed
        self._truth = truth
        self._birth_ms = birth_ms

    def first_answer(self, chain: str) -> Answer:
        """Return what the oracle of a chain of the scenario says when the world begins."""
        for oracle_id, part in self._scenario.oracles.items():
            if part.chain == chain and part.kind == "security_module":
                return Answer(*self._module(oracle_id, chain).in_force(self._birth_ms))
        return Answer(self._truth.price(self._birth_ms), self._birth_ms, self._birth_ms)

    def memories(self, chain: str, venues: dict[str, AnyVenue]) -> Map[str, PoolMemory]:
        """Return what the pools of a chain that a feed reads remember when the world begins."""
        found: dict[str, PoolMemory] = {}
        for part in self._scenario.oracles.values():
            for read in pools_read(part) if part.chain == chain else ():
                pool = venues[read.venue]
                if isinstance(pool, ConcentratedPool | SpotPool):
                    found[read.venue] = first_memory(pool, self._birth_ms, read.memory)
        return Map(found)

    def agents(self) -> Iterator[Agent]:
        """Yield the feeds."""
        for oracle_id, part in self._scenario.oracles.items():
            yield self._feed(oracle_id, part)

    def _feed(self, oracle_id: str, part: AnyOracle) -> Agent:
        name, chain, seed = PREFIX + oracle_id, self._chain(part.chain), (self._seed, "oracle", oracle_id)
        if isinstance(part, MedianPart):
            return MedianFeed(name=name, chain=chain, rules=rules.median_rules(part), seed=seed)
        if isinstance(part, FallbackPart | PythPart | TwapPart):
            return FallbackFeed(
                name=name,
                chain=chain,
                sources=tuple(self._sources(oracle_id, part)),
                breaker=_breaker(part),
                report=_report(part),
            )
        return self._module(oracle_id, part.chain)

    def _sources(self, oracle_id: str, part: FallbackPart | PythPart | TwapPart) -> Iterator[Source]:
        """Yield the sources of a feed; the only one of a feed has its name."""
        if isinstance(part, PythPart):
            yield PythSource(name=oracle_id, rules=_pyth(part), seed=(self._seed, "oracle", oracle_id))
        elif isinstance(part, TwapPart):
            yield PoolSource(name=oracle_id, chain=self._chain(part.chain), venue=part.venue, window_s=part.window_s)
        else:
            for key, source in part.sources.items():
                yield self._source(f"{oracle_id}.{key}", part, source)

    def _source(self, name: str, feed: FallbackPart, part: AnySource) -> Source:
        seed = (self._seed, "oracle", name)
        if isinstance(part, NodesSourcePart):
            return Network(name=name, rules=_nodes(feed, part), seed=seed)
        if isinstance(part, PythSourcePart):
            return PythSource(name=name, rules=_pyth(part), seed=seed)
        if isinstance(part, IndexSourcePart):
            return IndexSource(name=name, latency_ms=rules.ms(part.latency_s))
        return PoolSource(name=name, chain=self._chain(feed.chain), venue=part.venue, window_s=part.window_s)

    def _module(self, oracle_id: str, chain: str) -> SecurityModule:
        steps = market_data.oracle_steps(self._scenario.market.episode)
        return SecurityModule(name=PREFIX + oracle_id, chain=self._chain(chain), steps=steps)

    def _chain(self, name: str) -> str:
        return self._scenario.chains[name].caip2


def _nodes(feed: FallbackPart, part: NodesSourcePart) -> MedianRules:
    return MedianRules(
        nodes=part.nodes,
        faulty=part.faulty,
        deviation_ppb=round(feed.deviation_percent * 10_000_000),
        heartbeat_ms=rules.ms(feed.heartbeat_s),
        poll_ms=rules.ms(feed.poll_s),
        noise_ppm=rules.ppm(part.noise_percent),
        latency_ms=rules.ms(part.latency_s),
        minimum=LEAST_PRICE,
        maximum=MOST_PRICE,
        late=part.late,
        late_ms=rules.ms(part.late_s),
    )


def _pyth(part: PublishersPart) -> PythRules:
    return PythRules(
        publishers=part.publishers,
        least_publishers=part.least_publishers,
        noise_ppm=rules.ppm(part.noise_percent),
        confidence_ppm=rules.ppm(part.confidence_percent),
        latency_ms=rules.ms(part.latency_s),
    )


def _report(part: ReportPart) -> ReportRules:
    return ReportRules(
        poll_ms=rules.ms(part.poll_s),
        deviation_ppm=rules.ppm(part.deviation_percent),
        heartbeat_ms=rules.ms(part.heartbeat_s),
    )


def _breaker(part: FallbackPart | PythPart | TwapPart) -> BreakerRules:
    """Return the breaker; a feed of one source only looks at how sure that is."""
    if isinstance(part, FallbackPart):
        return BreakerRules(
            most_age_ms=rules.ms(part.most_age_s),
            most_confidence_ppm=rules.ppm(part.most_confidence_percent),
            most_apart_ppm=rules.ppm(part.most_apart_percent),
            most_step_ppm=rules.ppm(part.most_step_percent),
        )
    sure = rules.ppm(part.most_confidence_percent) if isinstance(part, PythPart) else UNBOUNDED
    return BreakerRules(
        most_age_ms=rules.ms(part.poll_s), most_confidence_ppm=sure, most_apart_ppm=0, most_step_ppm=UNBOUNDED
    )
