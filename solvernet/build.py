"""Building the world of a scenario."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
from immutables import Map

from auction.aftermath import OPERATOR
from intents.assets import ETH_UNIT, PRICE_UNIT
from intents.options import parse_expiry
from risk import spot_vol, volatility
from solvernet import fault_schedule, market_data, rules
from solvernet.adversary_builder import AdversaryBuilder
from solvernet.book_builder import maker_of
from solvernet.bridge_builder import BridgeBuilder
from solvernet.errors import InvalidScenarioError
from solvernet.exotic_parts import missing_library
from solvernet.oracle_builder import OracleBuilder
from solvernet.rollup_builder import RollupBuilder
from solvernet.scenario import Scenario
from solvernet.scenario_parts import ChainPart
from solvernet.security_builder import SecurityBuilder
from solvernet.venue_builder import VenueBuilder
from venues.calls.restitution import RESERVE
from venues.chain_state import ChainState
from venues.chains.background import Demand, DemandStep
from venues.chains.chain import Chain
from venues.chains.disturbed_demand import disturbed
from venues.chains.presets import PRESETS
from venues.clearing import Account, ClearingHouse
from venues.escrow import Escrow
from venues.exercise_keeper import ExerciseKeeper
from venues.faults import Faults
from venues.keeper import ExpiryKeeper
from venues.lock_keeper import LockKeeper
from venues.markets.arbitrage import Arbitrageur
from venues.markets.makers import Maker
from venues.oracles.tampering import PREFIX
from venues.passages import RelayRules
from venues.price_path import PricePath
from venues.truth import StepPath, Truth
from venues.view import Agent
from venues.world import World

WARM_UP_MS: Final = 1_200_000
"""The world lives this long before the window, so that pools of transactions, quotes and answers are in place."""

RETRY_MS: Final = 60_000
SERVICE_GAS: Final = 10_000 * ETH_UNIT
"""What oracles, makers, keepers and the auctioneer have for gas: they never run dry."""


def build_world(scenario: Scenario, seed: int, start_ms: int, owners: dict[str, str]) -> World:
    """Return the world at the start of a run, warmed up.

    Args:
        scenario: What to build.
        seed: Root of all randomness.
        start_ms: Start of the window.
        owners: Address of every user, with the CAIP-2 id of their home.
    """
    return _Builder(scenario, seed, start_ms - WARM_UP_MS, owners).world(start_ms)


def truth_of(scenario: Scenario, seed: int) -> Truth:
    """Return the market of a scenario: real bars, a seeded bridge between them, and the volatility they imply."""
    lacking = missing_library(scenario.exotics)
    if lacking is not None:
        raise InvalidScenarioError(f"{scenario.name}, [exotics]", lacking)
    bars = market_data.price_bars(scenario.market.episode)
    prices = np.array(bars.prices, float) / PRICE_UNIT
    half_life_ms = rules.ms(scenario.market.bridge_half_life_s)
    vols = volatility.between(prices, bars.step_ms, half_life_ms, scenario.market.bridge_scale)
    path = PricePath(
        start_ms=bars.start_ms, step_ms=bars.step_ms, bars=bars.prices, vols=vols.tolist(), seed=(seed, "price")
    )
    level = volatility.level(prices, bars.step_ms, rules.level_rules(scenario))
    if scenario.market.spot_vol is not None:
        moved = level * spot_vol.factors(prices, bars.step_ms, rules.spot_vol_rules(scenario.market.spot_vol))
        level = np.clip(moved, scenario.level.floor, scenario.level.cap)
    smile = market_data.svi() if scenario.market.smile == "svi" else market_data.smile()
    return Truth(path, StepPath(bars.start_ms, bars.step_ms, tuple(level.tolist())), smile)


def faults_of(scenario: Scenario, seed: int) -> Faults:
    """Return what is scheduled to go wrong in a scenario."""
    caip2 = {name: part.caip2 for name, part in scenario.chains.items()}
    return fault_schedule.schedule(scenario.faults, caip2, scenario.window.start, (seed, "faults"))


def solver_names(scenario: Scenario) -> tuple[str, ...]:
    """Return the names of the scenario's solvers."""
    from solvers.registry import parse_spec

    return tuple(parse_spec(text).name for text in scenario.solvers.specs)


class _Builder:
    """Builds the parts of one world."""

    def __init__(self, scenario: Scenario, seed: int, birth_ms: int, owners: dict[str, str]) -> None:
        self.scenario = scenario
        self.seed = seed
        self.birth_ms = birth_ms
        self.owners = owners
        self.truth = truth_of(scenario, seed)
        self.faults = faults_of(scenario, seed)
        self.bars = market_data.price_bars(scenario.market.episode)
        self.venues = VenueBuilder(scenario, self.truth, birth_ms)
        self.oracles = OracleBuilder(scenario, seed, self.truth, birth_ms)
        self.security = SecurityBuilder(scenario)
        self.bridges = BridgeBuilder(scenario, seed)
        self.rollups = RollupBuilder(scenario, seed)
        self.adversaries = AdversaryBuilder(scenario, seed)

    def world(self, start_ms: int) -> World:
        chains = [self._chain(name) for name in self.scenario.chains]
        oracles = tuple(self.oracles.agents())
        agents = [*oracles, *self._makers(), *self._arbitrageurs(), *self._keepers()]
        agents += self.venues.agents()
        agents += self.security.agents()
        agents += self.bridges.agents()
        agents += self.rollups.agents()
        agents += self.adversaries.agents(oracles)
        agents += self._completers()
        relay = RelayRules(
            proof_level={part.caip2: part.proof_level for part in self.scenario.chains.values()},
            proof_delay_ms=rules.ms(self.scenario.proof_delay_s),
        )
        world = World(
            chains=chains, agents=agents, truth=self.truth, relay=relay, start_ms=self.birth_ms, faults=self.faults
        )
        world.advance(start_ms)
        return world

    def _id(self, chain: str) -> str:
        return self.scenario.chains[chain].caip2

    def _chain(self, name: str) -> Chain[ChainState]:
        part = self.scenario.chains[name]
        chain = Chain(
            id=part.caip2,
            rules=PRESETS[part.preset],
            state=self._state(name),
            demand=disturbed(self._demand(name), self.faults, part.caip2),
            seed=(self.seed, "chain", name),
            start_ms=self.birth_ms,
            settles_on=self._id(part.settles_on) if part.settles_on else None,
        )
        chain.producer = self.adversaries.producer(name, self.faults)
        return chain

    def _demand(self, name: str) -> Demand:
        part = self.scenario.chains[name]
        if part.demand == "calibrated":
            return self._moved(market_data.l1_demand(self.scenario.market.episode), part)
        if part.demand == "counterfactual":
            gas = market_data.gas_steps(self.scenario.market.episode)
            assumed = market_data.ROLLUP_OF_EPISODE[self.scenario.market.episode]
            return self._moved(market_data.rollup_demand(gas, self.bars, PRESETS[part.preset], assumed), part)
        if part.base_fee_gwei is not None:
            return market_data.steady_demand(PRESETS[part.preset], part.base_fee_gwei)
        return Demand((DemandStep(0, 0.0, 1.0, 0.0, (1.0, 0.0, 0.0, 0.0)),), 0)

    def _moved(self, demand: Demand, part: ChainPart) -> Demand:
        """Return the demand with the instant it is taken from moved to the start of the scenario."""
        if part.demand_from is None:
            return demand
        delay_ms = self.scenario.window.start - part.demand_from
        return replace(demand, steps=tuple(replace(step, start_ms=step.start_ms + delay_ms) for step in demand.steps))

    def _state(self, name: str) -> ChainState:
        chain = self._id(name)
        accounts, wallets = self._accounts(name)
        bonds = dict.fromkeys(solver_names(self.scenario), rules.usdc(self.scenario.solvers.bond))
        vaults = {o: rules.usdc(self.scenario.users.vault) for o, home in self.owners.items() if home == chain}
        if self.scenario.rounds.fees and name == self.scenario.rounds.bond_chain:
            vaults[OPERATOR] = rules.usdc(self.scenario.rounds.fees)
        if self.scenario.rounds.reserve:
            vaults[RESERVE] = rules.usdc(self.scenario.rounds.reserve)
        escrow = Escrow(
            vaults=Map(vaults),
            bonds=Map(bonds if name == self.scenario.rounds.bond_chain else {}),
        )
        venues = {venue.id: venue for venue in self.venues.venues(name)}
        return ChainState(
            chain=chain,
            clearing=ClearingHouse(accounts=Map(accounts)),
            escrow=escrow,
            venues=Map(venues),
            bridges=Map({port.id: port for port in self.bridges.ports(name)}),
            wallets=Map(wallets),
            answer=self.oracles.first_answer(name),
            memories=self.oracles.memories(name, venues),
            guard=rules.uptime_guard(self.scenario.chains[name]),
            stakes=self.security.stakes(name),
            inboxes=self.rollups.inboxes(name),
            express=self.rollups.lane(name),
        )

    def _accounts(self, name: str) -> tuple[dict[str, Account], dict[str, int]]:
        """Return what everybody starts with in the clearing house, and for gas, on a chain."""
        accounts: dict[str, Account] = {}
        wallets: dict[str, int] = {OPERATOR: SERVICE_GAS}
        part = self.scenario.solvers
        for solver in solver_names(self.scenario):
            accounts[solver] = Account(rules.usdc(part.cash), rules.wei(part.ether))
            wallets[solver] = rules.wei(part.gas)
        accounts |= dict(self.venues.accounts(name))
        accounts |= dict(self.security.accounts(name))
        for maker_id, maker in self.scenario.makers.items():
            if self.scenario.venues[maker.venue].chain == name:
                accounts[f"maker.{maker_id}"] = Account(rules.usdc(maker.cash), rules.wei(maker.ether))
        for trader_id, trader in self.scenario.arbitrageurs.items():
            if trader.chain == name:
                accounts[f"arbitrageur.{trader_id}"] = Account(rules.usdc(trader.cash), rules.wei(trader.ether))
        accounts |= {who: Account(rules.usdc(cash)) for who, cash in self.bridges.cash(name)}
        accounts |= self.adversaries.accounts(name)
        services = [*(name for name in accounts if name not in wallets), f"keeper.{name}"]
        services += self.venues.services(name)
        services += [exercise_keeper(name)] if self.scenario.exotics else []
        services += self.security.services(name)
        services += self.rollups.services(name)
        services += [f"completer.{each}" for each, item in self.scenario.completers.items() if item.chain == name]
        services += [PREFIX + oracle for oracle, item in self.scenario.oracles.items() if item.chain == name]
        return accounts, wallets | dict.fromkeys(services, SERVICE_GAS)

    def _completers(self) -> Iterator[Agent]:
        for name, part in self.scenario.completers.items():
            yield LockKeeper(
                name=f"completer.{name}",
                chain=self._id(part.chain),
                period_ms=rules.ms(part.period_s),
                offset_ms=rules.ms(part.offset_s),
                retry_ms=rules.ms(part.retry_s),
            )

    def _makers(self) -> Iterator[Agent]:
        for maker_id, part in self.scenario.makers.items():
            chain = self._id(self.scenario.venues[part.venue].chain)
            name, offset_ms = f"maker.{maker_id}", rules.ms(part.offset_s)
            maker = Maker(name=name, chain=chain, venue=part.venue, rules=rules.maker_rules(part), offset_ms=offset_ms)
            yield maker_of(self.scenario, maker)

    def _arbitrageurs(self) -> Iterator[Agent]:
        for trader_id, part in self.scenario.arbitrageurs.items():
            yield Arbitrageur(
                name=f"arbitrageur.{trader_id}",
                chain=self._id(part.chain),
                venues=part.venues,
                period_ms=rules.ms(part.period_s),
                offset_ms=rules.ms(part.offset_s),
            )

    def _keepers(self) -> Iterator[Agent]:
        expiries = tuple(sorted(parse_expiry(label) for label in self.scenario.market.expiries))
        for name in self.scenario.chains:
            yield ExpiryKeeper(name=f"keeper.{name}", chain=self._id(name), expiries=expiries, retry_ms=RETRY_MS)
            if self.scenario.exotics:
                yield ExerciseKeeper(
                    name=exercise_keeper(name),
                    chain=self._id(name),
                    symbols=self.scenario.exotics.series,
                    lead_ms=rules.ms(self.scenario.exotics.exercise_lead_s),
                    period_ms=rules.ms(self.scenario.exotics.keeper_period_s),
                )


def exercise_keeper(chain: str) -> str:
    """Return the name of the keeper that exercises options on a chain of the scenario."""
    return f"exerciser.{chain}"
