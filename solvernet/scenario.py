"""Scenarios: versioned TOML files that say everything about a run but its seed.

Amounts are written in dollars, ether and whole options, times in seconds or as ISO instants; they become base units
and milliseconds once, when the world is built.
"""

import datetime as dt
import hashlib
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from intents.boundary import Boundary
from intents.options import parse_expiry
from solvernet.errors import InvalidScenarioError, UnknownScenarioError, UnknownWindowError


def _instant(value: object) -> int:
    """Return an ISO instant or a TOML date-time in Unix milliseconds; whole numbers are taken for such."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value)
    if not isinstance(value, dt.datetime) or value.tzinfo is None:
        raise ValueError("must be an instant with a time zone, such as 2020-03-12T12:00:00Z")
    return round(value.timestamp() * 1000)


Instant = Annotated[int, BeforeValidator(_instant)]
Seconds = Annotated[float, Field(ge=0)]
Dollars = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class Window(Boundary):
    """A stretch of time to run."""

    start: Instant
    end: Instant

    @model_validator(mode="after")
    def _has_length(self) -> "Window":
        if self.end <= self.start:
            raise ValueError("end must be later than start")
        return self


class Rounds(Boundary):
    """How often and how auctions are held."""

    every_s: Seconds
    award_delay_s: Seconds
    nodes: int = Field(gt=0)
    house: Literal["exact", "greedy"] = "exact"
    """How the house routes: `greedy` is cheaper, and leaves out the joint program and its first-best."""

    reference_chain: str
    bond_chain: str


class Policy(Boundary):
    """The settlement policy."""

    quantile: Share
    window_blocks: int
    premium_percent: int
    bump_after_blocks: int
    cap_percent: int
    base_fee_headroom_percent: int
    tip_gwei: float
    delivery_window_s: Seconds
    send_window_s: Seconds
    claim_window_s: Seconds
    inclusion_p99_s: Seconds


class ChainPart(Boundary):
    """One chain."""

    caip2: str
    preset: str
    demand: Literal["calibrated", "counterfactual", "none"]
    proof_level: Literal["included", "safe", "final"]


class MarketPart(Boundary):
    """Prices, volatility and what is listed."""

    episode: str
    underlying: Literal["ETH"] = "ETH"
    expiries: tuple[str, ...]
    strikes: tuple[int, ...]
    bridge_half_life_s: Seconds
    """Half-life of the realised volatility that moves the price between two observed bars."""

    bridge_scale: float


class LevelPart(Boundary):
    """How the implied volatility at the money follows the realised one."""

    fast_half_life_s: Seconds
    slow_half_life_s: Seconds
    fast_weight: Share
    premium: float
    floor: float
    cap: float
    calm: float


class SecurityModulePart(Boundary):
    """The real hourly oracle of the day."""

    kind: Literal["security_module"]
    chain: str


class MedianPart(Boundary):
    """A median feed of many nodes."""

    kind: Literal["median"]
    chain: str
    nodes: int
    faulty: int
    deviation_percent: float
    heartbeat_s: Seconds
    poll_s: Seconds
    noise_percent: float
    latency_s: Seconds


class BookPart(Boundary):
    """An option order book."""

    kind: Literal["order_book"]
    chain: str


class AmmPart(Boundary):
    """An option market maker."""

    kind: Literal["option_amm"]
    chain: str
    cash: Dollars
    ether: float
    standard_size: float
    skew_adjustment: float
    price_fee_percent: float
    spot_fee_percent: float
    min_vol: float
    max_vol: float
    min_delta: float
    cutoff_s: Seconds
    max_trade: float


class PoolPart(Boundary):
    """A constant-product pool of ether and USDC, balanced at the opening price."""

    kind: Literal["constant_product"]
    chain: str
    ether: float


class MakerPart(Boundary):
    """A maker on an order book."""

    venue: str
    cash: Dollars
    ether: float
    refresh_s: Seconds
    latency_s: Seconds
    offset_s: Seconds
    half_spread: float
    calm_vol: float
    leave_vol: float
    size: float
    levels: int
    level_step: float
    skew: float


class ArbitrageurPart(Boundary):
    """A trader who keeps venues in line."""

    chain: str
    venues: tuple[str, ...]
    cash: Dollars
    ether: float
    period_s: Seconds
    offset_s: Seconds


class BridgePart(Boundary):
    """A liquidity bridge between two chains."""

    chains: tuple[str, str]
    liquidity: Dollars
    fee_percent: float
    fixed_fee: Dollars
    delay_s: Seconds


class UsersPart(Boundary):
    """Who posts intents, how many, and what they want."""

    count: int = Field(gt=0)
    home_share: Mapping[str, Share]
    """Share of users at home on each chain."""

    vault: Dollars
    per_round: float = Field(ge=0)
    """Mean number of intents between two rounds."""

    stress_elasticity: float = 0.0
    """Rise of that number with the volatility level, as a power of level over calm."""

    wants: Mapping[str, float]
    """Weight of each kind of want."""

    size_median: float
    size_spread: float
    size_max: float
    tolerance: tuple[float, float]
    """Range of what a user allows above fair value, as a fraction of it; drawn evenly."""

    gas_allowance: tuple[float, float]
    """Range of the multiple of the going settlement cost that a user allows on top."""

    all_or_none: Share
    cancel: Share
    valid_rounds: tuple[int, int]
    home_only: Share


class SolversPart(Boundary):
    """Which solvers compete, and what they have to work with on each chain."""

    specs: tuple[str, ...]
    cash: Dollars
    ether: float
    gas: float
    bond: Dollars
    think_limit_s: Seconds
    """Real time after which a solver is taken for a runaway and killed."""

    memory_mb: int = Field(gt=0)


class Scenario(Boundary):
    """Everything about a run but its seed."""

    name: str
    title: str
    description: str
    window: Window
    windows: Mapping[str, Window] = Field(default_factory=dict)
    rounds: Rounds
    policy: Policy
    proof_delay_s: Seconds
    chains: Mapping[str, ChainPart]
    market: MarketPart
    level: LevelPart
    oracles: Mapping[str, Annotated[SecurityModulePart | MedianPart, Field(discriminator="kind")]]
    venues: Mapping[str, Annotated[BookPart | AmmPart | PoolPart, Field(discriminator="kind")]]
    makers: Mapping[str, MakerPart] = Field(default_factory=dict)
    arbitrageurs: Mapping[str, ArbitrageurPart] = Field(default_factory=dict)
    bridges: Mapping[str, BridgePart] = Field(default_factory=dict)
    users: UsersPart
    solvers: SolversPart

    @model_validator(mode="after")
    def _refers_to_what_exists(self) -> "Scenario":
        for label in self.market.expiries:
            parse_expiry(label)
        named = [*self.oracles.values(), *self.venues.values(), *self.arbitrageurs.values()]
        chains = {part.chain for part in named} | {self.rounds.reference_chain, self.rounds.bond_chain}
        chains |= {name for bridge in self.bridges.values() for name in bridge.chains} | set(self.users.home_share)
        venues = {maker.venue for maker in self.makers.values()}
        venues |= {name for trader in self.arbitrageurs.values() for name in trader.venues}
        missing = sorted(chains - set(self.chains)) + sorted(venues - set(self.venues))
        if missing:
            raise ValueError(f"{missing[0]!r} is referred to but not defined")
        return self

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
        raise InvalidScenarioError(where, f"{place}: {first['msg']}") from None


def scenario_hash(text: str) -> str:
    """Return the SHA-256 of a scenario's text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()
