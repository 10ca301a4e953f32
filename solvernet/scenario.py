"""Scenarios: versioned TOML files that say everything about a run but its seed.

Amounts are written in dollars, ether and whole options, times in seconds or as ISO instants; they become base units
and milliseconds once, when the world is built.
"""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError, model_validator

from intents.boundary import Boundary
from intents.options import parse_expiry, parse_series
from solvernet import adversary_parts, fault_schedule, private_parts, rollup_flaws, scenario_flaws
from solvernet.adversary_parts import AdversaryPart, SearcherPart, SwapperPart
from solvernet.bridge_parts import AnyBridgePart
from solvernet.completion_parts import CompleterPart
from solvernet.desk_parts import BatchBookPart, MatchedBookPart, QuoterPart, RfqPart, SniperPart
from solvernet.errors import InvalidScenarioError, UnknownScenarioError, UnknownWindowError
from solvernet.exotic_parts import ExoticsPart
from solvernet.fault_parts import FaultPart, OracleManipulationPart
from solvernet.fee_parts import FeesPart
from solvernet.market_parts import ConcentratedPart, HybridPart, MarketPart, TickAmmPart
from solvernet.oracle_parts import AnyOracle, corruptible, nodes_of, pools_read, sources_of
from solvernet.people_parts import SolversPart, UsersPart
from solvernet.private_parts import BuilderPart, SettlementPart
from solvernet.quantities import Seconds
from solvernet.scenario_parts import (
    AmmPart,
    ArbitrageurPart,
    BookPart,
    ChainPart,
    LevelPart,
    MakerPart,
    PoolPart,
    Rounds,
    Window,
)
from solvernet.security_parts import AttackerPart, SecurityPart
from solvers.registry import parse_spec


class Scenario(Boundary):
    """Everything about a run but its seed."""

    name: str = Field(pattern=r"^[-_a-zA-Z0-9]{1,48}$")
    title: str
    description: str
    window: Window
    windows: Mapping[str, Window] = Field(default_factory=dict)
    rounds: Rounds
    policy: SettlementPart
    fees: FeesPart | None = None
    proof_delay_s: Seconds
    chains: Mapping[str, ChainPart]
    market: MarketPart
    level: LevelPart
    oracles: Mapping[str, Annotated[AnyOracle, Field(discriminator="kind")]]
    venues: Mapping[
        str,
        Annotated[
            AmmPart
            | BatchBookPart
            | BookPart
            | ConcentratedPart
            | HybridPart
            | MatchedBookPart
            | PoolPart
            | RfqPart
            | TickAmmPart,
            Field(discriminator="kind"),
        ],
    ]
    makers: Mapping[str, MakerPart] = Field(default_factory=dict)
    quoters: Mapping[str, QuoterPart] = Field(default_factory=dict)
    snipers: Mapping[str, SniperPart] = Field(default_factory=dict)
    arbitrageurs: Mapping[str, ArbitrageurPart] = Field(default_factory=dict)
    swappers: Mapping[str, SwapperPart] = Field(default_factory=dict)
    adversaries: Mapping[str, Annotated[AdversaryPart, Field(discriminator="kind")]] = Field(default_factory=dict)
    completers: Mapping[str, CompleterPart] = Field(default_factory=dict)
    builders: Mapping[str, BuilderPart] = Field(default_factory=dict)
    attackers: Mapping[str, AttackerPart] = Field(default_factory=dict)
    security: SecurityPart | None = None
    exotics: ExoticsPart | None = None
    bridges: Mapping[str, AnyBridgePart] = Field(default_factory=dict)
    users: UsersPart
    solvers: SolversPart
    faults: tuple[FaultPart, ...] = ()

    @model_validator(mode="after")
    def _refers_to_what_exists(self) -> "Scenario":
        for label in self.market.expiries:
            parse_expiry(label)
        for symbol in self.exotics.series if self.exotics else ():
            if parse_series(symbol).expiry not in self.market.expiries:
                raise ValueError(f"exotics.series: {symbol} expires on no day that [market] lists")
        named = [*self.oracles.values(), *self.venues.values(), *self.arbitrageurs.values(), *self.adversaries.values()]
        chains = {part.chain for part in named} | {self.rounds.reference_chain, self.rounds.bond_chain}
        chains |= {name for bridge in self.bridges.values() for name in bridge.chains} | set(self.users.home_share)
        chains |= {part.chain for part in self.completers.values()}
        chains |= {self.users.poison.home} if self.users.poison else set()
        chains |= {part.settles_on for part in self.chains.values() if part.settles_on is not None}
        venues = {maker.venue for maker in self.makers.values()} | {quoter.venue for quoter in self.quoters.values()}
        venues |= {sniper.venue for sniper in self.snipers.values()}
        venues |= {name for trader in self.arbitrageurs.values() for name in trader.venues}
        chains |= {part.chain for part in self.attackers.values()} | ({self.security.chain} if self.security else set())
        venues |= {name for attacker in self.attackers.values() for name in attacker.venues}
        venues |= {trader.venue for trader in self.swappers.values()}
        venues |= {name for adversary in self.adversaries.values() for name in adversary.trades_at}
        missing = sorted(chains - set(self.chains)) + sorted(venues - set(self.venues))
        if missing:
            raise ValueError(f"{missing[0]!r} is referred to but not defined")
        flaw = adversary_parts.flaw(self.adversaries, self.swappers, self.venues, self.chains)
        flaw = flaw or private_parts.flaw(self.builders, self.adversaries, self.chains)
        if flaw is not None:
            raise ValueError(flaw)
        return self

    @model_validator(mode="after")
    def _fits_together(self) -> "Scenario":
        flaw = scenario_flaws.flaw(self)
        if flaw is not None:
            raise ValueError(flaw)
        return self

    @model_validator(mode="after")
    def _schedules_what_can_happen(self) -> "Scenario":
        known: fault_schedule.Known = {
            "chains": self.chains,
            "oracles": {*self.oracles, *sources_of(self.oracles)},
            "venues": self.venues,
            "bridges": self.bridges,
        }
        quiet = {name for name, part in self.chains.items() if part.demand == "none"}
        flaw = fault_schedule.flaw(self.faults, known, quiet, self.window)
        if flaw is not None:
            raise ValueError(flaw)
        lies = {fault.oracle for fault in self.faults if isinstance(fault, OracleManipulationPart)}
        for name in sorted(lies - corruptible(self.oracles)):
            raise ValueError(f"nobody can be bribed to make {name!r} lie; name a feed or a source that has nodes")
        return self

    @model_validator(mode="after")
    def _pays_from_one_place(self) -> "Scenario":
        if self.fees is not None and self.rounds.fees:
            raise ValueError("rounds.fees is for scenarios whose fills are free; with [fees] rewards come from those")
        return self

    @model_validator(mode="after")
    def _has_its_last_resort(self) -> "Scenario":
        wanted, names = self.rounds.last_resort, [parse_spec(text).name for text in self.solvers.specs]
        if wanted and wanted not in names:
            raise ValueError(f"rounds.last_resort: no solver {wanted!r} among {', '.join(names)}")
        return self

    @model_validator(mode="after")
    def _rolls_up_what_can_be(self) -> "Scenario":
        wrong = rollup_flaws.flaw(self.chains, self.lane_traders)
        if wrong is not None:
            raise ValueError(wrong)
        return self

    @model_validator(mode="after")
    def _reads_pools_that_are_there(self) -> "Scenario":
        for name, oracle in self.oracles.items():
            for read in pools_read(oracle):
                pool = self.venues.get(read.venue)
                if not isinstance(pool, PoolPart | ConcentratedPart) or pool.chain != oracle.chain:
                    raise ValueError(f"oracles.{name}: {read.venue!r} is not a pool of ether on {oracle.chain}")
        return self

    @model_validator(mode="after")
    def _has_an_operator_for_every_node(self) -> "Scenario":
        for name, service in self.security.services.items() if self.security else ():
            known = self.oracles if service.kind == "oracle" else self.bridges
            if service.of not in known:
                raise ValueError(f"security.services.{name}: no {service.kind} {service.of!r}")
            nodes = nodes_of(self.oracles[service.of]) if service.kind == "oracle" else None
            if self.security and nodes not in {None, len(self.security.operators)}:
                raise ValueError(f"security.services.{name}: {service.of!r} has {nodes} nodes, one for each operator")
        return self

    @property
    def lane_traders(self) -> dict[str, ArbitrageurPart | SearcherPart]:
        """Who may bid for an express lane; an arbitrageur goes before a searcher of the same name."""
        searchers = {name: part for name, part in self.adversaries.items() if isinstance(part, SearcherPart)}
        return {**searchers, **self.arbitrageurs}

    def window_named(self, name: str | None) -> Window:
        """Return a named window, or the whole one if no name is given.

        Raises:
            UnknownWindowError: if there is none of that name.
        """
        if name is None or name == "whole":
            return self.window
        if name not in self.windows:
            raise UnknownWindowError(self.name, name, ("whole", *self.windows))
        return self.windows[name]


def scenario_names() -> tuple[str, ...]:
    """Return the names of the scenarios that ship with the package, sorted."""
    folder = files("solvernet") / "scenarios"
    return tuple(sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml")))


def scenario_text(name: str) -> str:
    """Return the text of a scenario that ships with the package or stands in a file.

    Raises:
        UnknownScenarioError: if there is none.
        InvalidScenarioError: if the file cannot be read.
    """
    if name in scenario_names():
        return (files("solvernet") / "scenarios" / f"{name}.toml").read_text(encoding="utf-8")
    path = Path(name)
    if path.suffix != ".toml" or not path.is_file():
        raise UnknownScenarioError(name, scenario_names())
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidScenarioError(name, f"cannot be read: {error}") from None


def parse_scenario(text: str, where: str) -> Scenario:
    """Return the scenario in a TOML text.

    Raises:
        InvalidScenarioError: if it is not one; the message names the first field at fault.
    """
    try:
        return Scenario.model_validate(tomllib.loads(text), strict=False)
    except tomllib.TOMLDecodeError as error:
        raise InvalidScenarioError(where, f"is not TOML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise InvalidScenarioError(where, f"{place}: {first['msg'].removeprefix('Value error, ')}") from None


def scenario_hash(text: str) -> str:
    """Return the SHA-256 of a scenario's text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def with_solvers(scenario: Scenario, specs: Sequence[str]) -> Scenario:
    """Return the scenario with further solvers; a name that is taken replaces the scenario's own.

    Raises:
        SolverLoadError: if a specification is malformed.
        InvalidScenarioError: if a name is somebody else's.
    """
    for flaw in scenario_flaws.taken_names(scenario, specs):
        raise InvalidScenarioError(scenario.name, flaw)
    named = {parse_spec(text).name: text for text in (*scenario.solvers.specs, *specs)}
    part = scenario.solvers.model_copy(update={"specs": tuple(named.values())})
    return scenario.model_copy(update={"solvers": part})
