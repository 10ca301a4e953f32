"""The sections of a scenario file."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from intents.boundary import Boundary
from solvernet.quantities import (
    Count,
    Depth,
    Dollars,
    Ether,
    Factor,
    Few,
    Gwei,
    Options,
    Percent,
    Period,
    Seconds,
    Share,
    Vol,
)
from solvernet.rollup_parts import BatcherPart, LanePart, ProverPart
from solvernet.sanction_parts import PenaltiesPart, QuarantinePart


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


class Window(Boundary):
    """A stretch of time to run."""

    start: Instant
    end: Instant

    @model_validator(mode="after")
    def _has_length(self) -> "Window":
        if self.end <= self.start:
            raise ValueError("end must be later than start")
        return self


class WinnersPart(Boundary):
    """How winners are chosen."""

    mode: Literal["exact", "greedy"] = "exact"
    objective: Literal["surplus", "volume"] = "surplus"
    most_winners: int | None = Field(default=None, gt=0)
    most_per_solver: int | None = Field(default=None, gt=0)
    nodes: int = Field(default=2_000, gt=0)
    """Branch-and-bound nodes for each group of bids that hang together."""


class Rounds(Boundary):
    """How often and how auctions are held."""

    every_s: Annotated[Seconds, Field(ge=1)]
    award_delay_s: Seconds
    nodes: int = Field(gt=0)
    house: Literal["exact", "greedy"] = "exact"
    """How the house routes: `greedy` is cheaper, and leaves out the joint program and its first-best."""

    last_resort: str = ""
    """Name of the solver that stands for the house: its bids count only where nobody else's holds."""

    reference_chain: str
    bond_chain: str
    bond: Literal["ends", "quantile"] = "ends"
    locks_bonds: bool = False
    payment: Literal["pay_as_bid", "vcg", "core"] = "pay_as_bid"
    """What winners are paid beyond the margin they bid for."""

    fees: Dollars = 0.0
    """Fees collected before the start, in the operator's vault on the bond chain: all that rewards can be paid from."""

    reserve: Dollars = 0.0
    """Kept on every chain for owners whose delivery is taken back after it was paid for."""

    winners: WinnersPart | None = None
    """How winners are chosen: by exact search or greed, within limits; exactly and without limits if left out."""

    prices: bool = False
    opens_bids: int = Field(default=0, ge=0)
    """Rounds of an epoch, at the end of which everybody's bids are opened to all solvers; never if 0."""

    penalties: PenaltiesPart | None = None
    quarantine: QuarantinePart | None = None


class Policy(Boundary):
    """The settlement policy."""

    quantile: Share
    window_blocks: Few
    premium_percent: Few
    bump_after_blocks: Few
    cap_percent: Count
    base_fee_headroom_percent: Count
    tip_gwei: Gwei
    delivery_window_s: Seconds
    send_window_s: Seconds
    claim_window_s: Seconds
    inclusion_p99_s: Seconds
    refund: Literal["timeout", "proof"] = "timeout"
    """Whether a lock goes back after a time, or only once it is proved as well that nothing was delivered."""

    lock_level: Literal["included", "safe", "final"] = "included"
    """Confirmation level that a lock must reach before the legs are delivered elsewhere."""
    inclusion: Literal["constant", "measured"] = "constant"
    """Whether refunds allow for inclusion by that constant, or by what the home chain shows when a fill is awarded."""


class ChainPart(Boundary):
    """One chain."""

    caip2: str
    preset: str
    demand: Literal["calibrated", "counterfactual", "steady", "none"]
    proof_level: Literal["included", "safe", "final"]
    demand_from: Instant | None = None
    """Instant whose demand for block space stands at the start of the scenario; its own if left out."""

    base_fee_gwei: float | None = Field(default=None, gt=0, le=1e6)
    """Base fee around which a `steady` demand keeps the chain."""

    settles_on: str | None = None
    """Name of the chain that a rollup posts its data to; its prices then carry into the rollup's fees."""

    batcher: BatcherPart | None = None
    prover: ProverPart | None = None
    express: LanePart | None = None

    grace_s: Seconds | None = None
    """Time after an outage for which venues priced by the oracle do not trade; they trade at once if left out."""

    outage_after_s: Period = 60.0
    """Time without a block after which the uptime feed says that the chain was down."""


class LevelPart(Boundary):
    """How the implied volatility at the money follows the realised one."""

    fast_half_life_s: Period
    slow_half_life_s: Period
    fast_weight: Share
    premium: Factor
    floor: Vol
    cap: Vol
    calm: Vol

    @model_validator(mode="after")
    def _has_room(self) -> "LevelPart":
        if self.cap < self.floor:
            raise ValueError("cap must be at least floor")
        return self


class SecurityModulePart(Boundary):
    """The real hourly oracle of the day."""

    kind: Literal["security_module"]
    chain: str


class MedianPart(Boundary):
    """A median feed of many nodes."""

    kind: Literal["median"]
    chain: str
    nodes: Few
    faulty: int = Field(ge=0)
    deviation_percent: Percent
    heartbeat_s: Seconds
    poll_s: Period
    noise_percent: Percent
    latency_s: Seconds
    late: int = Field(default=0, ge=0)
    """Nodes whose sources are `late_s` older than those of the others."""

    late_s: Seconds = 0.0
    least_price: Dollars = 1.0
    most_price: Dollars = 1_000_000.0
    """Outside these bounds the feed posts nothing."""


class BookPart(Boundary):
    """An option order book."""

    kind: Literal["order_book"]
    chain: str


class AmmPart(Boundary):
    """An option market maker."""

    kind: Literal["option_amm"]
    chain: str
    cash: Dollars
    ether: Ether
    standard_size: Options
    skew_adjustment: Factor
    price_fee_percent: Percent
    spot_fee_percent: Percent
    min_vol: Vol
    max_vol: Vol
    min_delta: Share
    cutoff_s: Seconds
    max_trade: Options


class PoolPart(Boundary):
    """A constant-product pool of ether and USDC, balanced at the opening price."""

    kind: Literal["constant_product"]
    chain: str
    ether: Depth


class MakerPart(Boundary):
    """A maker on an order book."""

    venue: str
    cash: Dollars
    ether: Ether
    refresh_s: Period
    latency_s: Seconds
    offset_s: Seconds
    half_spread: Factor
    calm_vol: Vol
    leave_vol: Vol
    size: Options
    levels: Few
    level_step: Factor
    skew: Factor
    caution: Factor = 0.0
    """Standard deviations of the price, while its quotes are exposed, by which it moves them away."""

    gas_budget: Dollars | None = Field(default=None, gt=0)
    """Dollars an hour that it spends on gas."""


class ArbitrageurPart(Boundary):
    """A trader who keeps venues in line."""

    chain: str
    venues: tuple[str, ...]
    cash: Dollars
    ether: Ether
    period_s: Period
    offset_s: Seconds
