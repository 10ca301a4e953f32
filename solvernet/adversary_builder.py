"""Building the adversaries of a scenario: searchers, producers of blocks, and the traders whom they feed on."""

from collections.abc import Iterator

from solvernet import rules
from solvernet.adversary_parts import ACCOUNT, CensorPart, FavourPart, SearcherPart, SequencerPart
from solvernet.scenario import Scenario
from venues.adversaries.back_runner import BackRunner
from venues.adversaries.builders import Builder, Censor, Favour, Roster, Shift
from venues.adversaries.foresight import Foresight, MedianForesight, ModuleForesight
from venues.adversaries.oracle_runner import OracleRunner
from venues.adversaries.sandwich import Sandwicher
from venues.adversaries.seat import Seat
from venues.adversaries.sequencer import FrontRunningSequencer
from venues.chains.ordering.private import PrivateBuilder
from venues.chains.ordering.producer import CENSORED
from venues.clearing import Account
from venues.faults import Faults
from venues.markets.swapper import Swapper, SwapperRules
from venues.oracles.median import MedianFeed
from venues.oracles.osm import SecurityModule
from venues.view import Agent


class AdversaryBuilder:
    """Builds the adversaries of one world."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario = scenario
        self.seed = seed

    def agents(self, oracles: tuple[Agent, ...]) -> Iterator[Agent]:
        """Yield those who act at times of their own.

        Args:
            oracles: Oracles of the world, which some searchers know the rules of.
        """
        yield from self._swappers()
        for name, part in self.scenario.adversaries.items():
            if isinstance(part, SearcherPart):
                yield self._searcher(name, part, oracles)

    def accounts(self, chain: str) -> dict[str, Account]:
        """Return what they start with in the clearing house of a chain, by the name of the account."""
        found = {}
        for name, swapper in self.scenario.swappers.items():
            if self.scenario.venues[swapper.venue].chain == chain:
                found[f"swapper.{name}"] = Account(rules.usdc(swapper.cash), rules.wei(swapper.ether))
        for name, part in self.scenario.adversaries.items():
            if part.chain == chain and isinstance(part, SearcherPart | SequencerPart):
                found[account(name)] = Account(rules.usdc(part.cash), rules.wei(part.ether))
        return found

    def producer(self, chain: str, faults: Faults) -> Roster | None:
        """Return who makes the blocks of a chain, if not everybody is honest."""
        caip2 = self.scenario.chains[chain].caip2
        shifts = tuple(
            Shift(builder=builder, share_ppm=round(part.share * 1_000_000))
            for name, part in self.scenario.adversaries.items()
            if part.chain == chain and not isinstance(part, SearcherPart)
            for builder in [self._producer(name, part)]
        )
        shifts += tuple(
            Shift(builder=PrivateBuilder(name), share_ppm=rules.ppm(part.share * 100))
            for name, part in self.scenario.builders.items()
            if part.chain == chain
        )
        if not shifts and not any(True for _ in faults.of("censorship", caip2)):
            return None
        return Roster(chain=caip2, shifts=shifts, seed=(self.seed, "producer", chain), faults=faults)

    def _swappers(self) -> Iterator[Agent]:
        for name, part in self.scenario.swappers.items():
            chain = self.scenario.chains[self.scenario.venues[part.venue].chain].caip2
            yield Swapper(
                name=f"swapper.{name}",
                chain=chain,
                venue=part.venue,
                rules=SwapperRules(
                    period_ms=rules.ms(part.period_s),
                    chance=part.chance,
                    size_median=part.size_median,
                    size_spread=part.size_spread,
                    tolerance_ppm=rules.ppm(part.tolerance_percent),
                    fee_quantile=part.fee_quantile,
                ),
                builders=self._confidants(part.venue) if part.is_private else frozenset(),
                offset_ms=rules.ms(part.offset_s),
                seed=(self.seed, "swapper", name),
            )

    def _confidants(self, venue: str) -> frozenset[str]:
        """Return who takes private transactions on the chain of a venue."""
        chain = self.scenario.venues[venue].chain
        return frozenset(name for name, part in self.scenario.builders.items() if part.chain == chain)

    def _searcher(self, name: str, part: SearcherPart, oracles: tuple[Agent, ...]) -> Agent:
        seat = self._seat(name, part)
        if part.kind == "sandwich":
            return Sandwicher(seat)
        if part.kind == "back_run":
            return BackRunner(seat)
        return OracleRunner(seat, tuple(self._foresights(part, oracles)))

    def _seat(self, name: str, part: SearcherPart) -> Seat:
        others = self.scenario.adversaries.items()
        rivals = {account(o) for o, other in others if isinstance(other, SearcherPart) and other.chain == part.chain}
        low, high = part.latency_s
        return Seat(
            name=account(name),
            chain=self.scenario.chains[part.chain].caip2,
            venues=part.venues,
            rivals=frozenset(rivals - {account(name)}),
            sees_pool=part.sees == "pool",
            period_ms=rules.ms(part.period_s),
            offset_ms=rules.ms(part.offset_s),
            latency_ms=(rules.ms(low), rules.ms(high)),
            ether=rules.wei(part.ether),
            least_profit=rules.usdc(part.least_profit),
            seed=(self.seed, "adversary", name),
        )

    def _foresights(self, part: SearcherPart, oracles: tuple[Agent, ...]) -> Iterator[Foresight]:
        chain = self.scenario.chains[part.chain].caip2
        for oracle in oracles:
            if isinstance(oracle, MedianFeed) and oracle.chain == chain:
                yield MedianForesight(oracle.rules, rules.ms(part.market_latency_s))
            elif isinstance(oracle, SecurityModule) and oracle.chain == chain:
                yield ModuleForesight(oracle, rules.ms(part.lead_s))

    def _producer(self, name: str, part: CensorPart | FavourPart | SequencerPart) -> Builder:
        if isinstance(part, CensorPart):
            return Censor(name=account(name), senders=frozenset(part.senders), calls=frozenset(part.calls))
        if isinstance(part, FavourPart):
            return Favour(name=account(name), own=frozenset(account(own) for own in part.own))
        return FrontRunningSequencer(
            name=account(name),
            venues=part.venues,
            ether=rules.wei(part.ether),
            least_profit=rules.usdc(part.least_profit),
        )


def account(name: str) -> str:
    """Return the account of an adversary."""
    return ACCOUNT + name


def kinds(scenario: Scenario, faults: Faults) -> dict[str, str]:
    """Return what each adversary of a scenario does, by its account; a fault that censors is one too."""
    found = {account(name): part.kind for name, part in scenario.adversaries.items()}
    if any(fault.kind == "censorship" for fault in faults.schedule):
        found |= {CENSORED: "censor"}
    return {name: str(kind) for name, kind in found.items()}
