"""Swaps between Ethereum and a rollup on 12 March 2020: the real load of the day, and what goes wrong on top of it.

The market, the demand for block space and the rule of bidding are those of `black-thursday-v1`. Swaps of dollars
against ether begin at equal intervals; makers give on Ethereum and takers on the rollup, where there are also third
parties that live on safety deposits.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from immutables import Map

from intents.assets import ETH_UNIT, USDC_UNIT
from solvernet import market_data, rules
from solvernet.build import truth_of
from solvernet.scenario import Scenario, parse_scenario, scenario_text
from venues.chain_state import ChainState
from venues.chains.background import Demand
from venues.chains.bidding import Bidding
from venues.chains.chain import Chain
from venues.chains.presets import PRESETS
from venues.clearing import Account, ClearingHouse
from venues.escrow import Escrow
from venues.faults import NO_FAULTS, Faults
from venues.htlc.completer import Completer
from venues.htlc.outcomes import Tally, tally
from venues.htlc.parties import SwapMaker, SwapTaker
from venues.htlc.swap import Holding, Swap, SwapRules, look
from venues.passages import RelayRules
from venues.seeds import seed_bytes
from venues.view import Agent
from venues.world import World

SCENARIO: Final = "black-thursday-v1"
WARM_UP_MS: Final = 3_600_000
"""The chains live this long before the first swap: their recent blocks are then all of the day."""

EVERY_MS: Final = 120_000
OPENING_MS: Final = 600_000
"""Time for which a maker tries to open a swap."""

PERIOD_MS: Final = 15_000
MARGIN_PERCENT: Final = 150
DEPOSIT_WEI: Final = ETH_UNIT // 10
"""Safety deposit: worth more than the gas even at the prices of the worst hours."""

RICH: Final = Account(10**9 * USDC_UNIT, 10**6 * ETH_UNIT)
PARTIES: Final = ("maker", "taker", "completer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One trial."""

    start_ms: int
    """Start of the first swap."""

    swaps: int
    seed: int = 7
    faults: Faults = NO_FAULTS
    away: tuple[tuple[int, int], ...] = ()
    """Times during which the taker does nothing."""

    lapsing: int = 0
    """Of so many swaps the maker lets one lapse, without showing the secret; none if zero."""

    has_completer: bool = True
    allowances: Mapping[str, int] = field(default_factory=dict)
    """As in `SwapRules`."""

    longest_ms: int = 86_400_000


def ethereum(scenario: Scenario) -> str:
    """Return the chain on which makers give."""
    return scenario.chains["ethereum"].caip2


def rollup(scenario: Scenario) -> str:
    """Return the chain on which takers give."""
    return scenario.chains["rollup"].caip2


def day() -> Scenario:
    """Return the scenario whose market and load the trials use."""
    return parse_scenario(scenario_text(SCENARIO), SCENARIO)


def bidding_of(scenario: Scenario) -> Bidding:
    """Return how everybody bids: as the settlement policy does."""
    return rules.auction_rules(scenario).policy


def demands(scenario: Scenario) -> dict[str, Demand]:
    """Return everybody else's demand on each chain."""
    episode = scenario.market.episode
    gas, bars = market_data.gas_steps(episode), market_data.price_bars(episode)
    load = market_data.rollup_demand(gas, bars, PRESETS[scenario.chains["rollup"].preset])
    return {ethereum(scenario): market_data.l1_demand(episode), rollup(scenario): load}


def swap_rules(scenario: Scenario, trial: Trial) -> SwapRules:
    """Return how the parties of a trial go about swaps."""
    return SwapRules(
        bidding=bidding_of(scenario),
        levels={ethereum(scenario): "final", rollup(scenario): "final"},
        period_ms=PERIOD_MS,
        margin_percent=MARGIN_PERCENT,
        longest_ms=trial.longest_ms,
        allowances=trial.allowances,
    )


def swaps_of(scenario: Scenario, trial: Trial) -> tuple[Swap, ...]:
    """Return the swaps of a trial: a thousand dollars on Ethereum for five ether on the rollup, one after the other."""
    return tuple(
        Swap(
            id=f"swap{number}",
            maker="maker",
            taker="taker",
            source=ethereum(scenario),
            destination=rollup(scenario),
            given=Holding("USDC", 1_000 * USDC_UNIT),
            taken=Holding("ETH", 5 * ETH_UNIT),
            deposit_wei=DEPOSIT_WEI,
            secret=seed_bytes(trial.seed, "secret", number).hex(),
            start_ms=trial.start_ms + number * EVERY_MS,
            until_ms=trial.start_ms + number * EVERY_MS + OPENING_MS,
            goes_through=not trial.lapsing or number % trial.lapsing != 0,
        )
        for number in range(trial.swaps)
    )


def world_of(scenario: Scenario, trial: Trial, swaps: tuple[Swap, ...]) -> World:
    """Return the world of a trial, before its warm-up."""
    birth_ms, load = trial.start_ms - WARM_UP_MS, demands(scenario)
    chains = [
        Chain(
            id=part.caip2,
            rules=PRESETS[part.preset],
            state=_state(part.caip2),
            demand=load[part.caip2],
            seed=(trial.seed, "chain", name),
            start_ms=birth_ms,
        )
        for name, part in scenario.chains.items()
    ]
    agreed = swap_rules(scenario, trial)
    agents: list[Agent] = [
        SwapMaker(name="maker", swaps=swaps, rules=agreed),
        SwapTaker(name="taker", swaps=swaps, rules=agreed, away=trial.away),
        *([Completer(name="completer", swaps=swaps, rules=agreed)] if trial.has_completer else []),
    ]
    relay = RelayRules(proof_level={chain.id: "final" for chain in chains}, proof_delay_ms=0)
    truth = truth_of(scenario, trial.seed)
    return World(chains=chains, agents=agents, truth=truth, relay=relay, start_ms=birth_ms, faults=trial.faults)


def run(trial: Trial) -> Tally:
    """Return what became of the swaps of a trial, once all of them must have ended."""
    scenario = day()
    swaps = swaps_of(scenario, trial)
    world = world_of(scenario, trial, swaps)
    world.advance(swaps[-1].until_ms)
    ends = [sight.source for sight in (look(world, swap) for swap in swaps) if sight.source is not None]
    lasting = max((lock.terms.schedule.length_ms for lock in ends), default=0)
    world.advance(swaps[-1].until_ms + lasting + WARM_UP_MS)
    return tally(look(world, swap) for swap in swaps)


def _state(chain: str) -> ChainState:
    """Return a chain on which the parties are rich."""
    accounts = dict.fromkeys(PARTIES, RICH)
    return ChainState(
        chain=chain,
        clearing=ClearingHouse(accounts=Map(accounts)),
        escrow=Escrow(),
        venues=Map(),
        bridges=Map(),
        wallets=Map(dict.fromkeys(PARTIES, RICH.ether)),
    )
