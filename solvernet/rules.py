"""What a scenario's sections say, in base units: dollars, ether and whole options become integers here, once."""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from auction.rules import AuctionRules
from auction.settlement.policy import DepositRules, SettlementPolicy
from auction.settlement.private_route import PrivateRules
from auction.winner_determination.packing import Budget
from auction.winner_determination.rounds import WinnerRule
from intents.assets import ETH_UNIT, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from risk import volatility
from risk.spot_vol import SpotVolRules
from solvernet.completion_parts import DepositPart
from solvernet.market_parts import HybridPart, RangePart
from solvernet.sanction_parts import quarantine_rules, table_rules
from solvernet.scenario import Scenario
from solvernet.scenario_parts import AmmPart, ChainPart, MakerPart, MedianPart, WinnersPart
from solvernet.vol_parts import SpotVolPart
from venues.markets.hybrid import HybridRules
from venues.markets.makers import MakerRules
from venues.markets.math.tick_math import Q96, sqrt_price_at, tick_at
from venues.markets.math.tick_swap import Position
from venues.markets.option_amm import AmmRules
from venues.oracles.median import MedianRules
from venues.oracles.sentinel import Sentinel
from venues.oracles.uptime_guard import UptimeGuard
from venues.pricing.fixed_point import ONE

NONE: Final[Mapping[str, str]] = MappingProxyType({})


def level_rules(scenario: Scenario) -> volatility.LevelRules:
    """Return the rule of the volatility level."""
    part = scenario.level
    return volatility.LevelRules(
        fast_half_life_ms=ms(part.fast_half_life_s),
        slow_half_life_ms=ms(part.slow_half_life_s),
        fast_weight=part.fast_weight,
        premium=part.premium,
        floor=part.floor,
        cap=part.cap,
        calm=part.calm,
    )


def spot_vol_rules(part: SpotVolPart) -> SpotVolRules:
    """Return how the volatility level answers to the price."""
    return SpotVolRules(
        elasticity_down=part.elasticity_down,
        elasticity_up=part.elasticity_up,
        anchor_half_life_ms=ms(part.anchor_half_life_s),
        crash=part.crash,
        window_ms=ms(part.window_s),
        jump=part.jump,
        jump_half_life_ms=ms(part.jump_half_life_s),
        most=part.most,
    )


def auction_rules(scenario: Scenario, software: Mapping[str, str] = NONE) -> AuctionRules:
    """Return how rounds are run and settled.

    Args:
        scenario: What says so.
        software: Shared software that each solver declares: solvers of one make are not independent witnesses.
    """
    part = scenario.policy
    policy = SettlementPolicy(
        quantile=part.quantile,
        window_blocks=part.window_blocks,
        premium_percent=part.premium_percent,
        bump_after_blocks=part.bump_after_blocks,
        cap_percent=part.cap_percent,
        base_fee_headroom_percent=part.base_fee_headroom_percent,
        tip_wei=round(part.tip_gwei * 1e9),
        delivery_window_ms=ms(part.delivery_window_s),
        send_window_ms=ms(part.send_window_s),
        claim_window_ms=ms(part.claim_window_s),
        inclusion_p99_ms=ms(part.inclusion_p99_s),
        lock_level=part.lock_level,
        proves_absence=part.refund == "proof",
        inclusion=part.inclusion,
        private=private_rules(scenario),
        doomed_blocks=part.doomed_blocks,
        ways_back=part.ways_back,
        in_parallel=part.in_parallel,
        deposit=deposit_rules(part.deposit) if part.deposit else None,
    )
    return AuctionRules(
        award_delay_ms=ms(scenario.rounds.award_delay_s),
        nodes=scenario.rounds.nodes,
        reference_chain=scenario.chains[scenario.rounds.reference_chain].caip2,
        bond_chain=scenario.chains[scenario.rounds.bond_chain].caip2,
        policy=policy,
        payment=scenario.rounds.payment,
        winners=winner_rule(scenario.rounds.winners) if scenario.rounds.winners else None,
        bond=scenario.rounds.bond,
        last_resort=scenario.rounds.last_resort,
        locks_bonds=scenario.rounds.locks_bonds,
        prices_conflicts=scenario.rounds.prices,
        sanctions=table_rules(scenario.rounds.penalties),
        quarantine=quarantine_rules(scenario.rounds.quarantine, software),
        charges=scenario.fees.charges() if scenario.fees else None,
    )


def deposit_rules(part: DepositPart) -> DepositRules:
    """Return what a solver leaves with each lock."""
    return DepositRules(gas_percent=part.gas_percent, grace_ms=ms(part.grace_s))


def private_rules(scenario: Scenario) -> PrivateRules | None:
    """Return how steps are handed to builders; nothing where nobody takes them."""
    part = scenario.policy.private
    if part is None:
        return None
    builders: dict[str, dict[str, int]] = {}
    for name, builder in scenario.builders.items():
        builders.setdefault(scenario.chains[builder.chain].caip2, {})[name] = ppm(builder.share * 100)
    return PrivateRules(
        builders=builders,
        patience_blocks=part.patience_blocks,
        premium_percent=part.premium_percent,
        delay_ppm=ppm(part.delay_percent),
        choice=part.choice,
    )


def winner_rule(part: WinnersPart) -> WinnerRule:
    """Return how winners are chosen."""
    return WinnerRule(
        mode=part.mode,
        objective=part.objective,
        most_winners=part.most_winners,
        most_per_solver=part.most_per_solver,
        budget=Budget(nodes=part.nodes),
    )


def amm_rules(part: AmmPart) -> AmmRules:
    """Return the rules of an option market maker."""
    return AmmRules(
        standard_size=option(part.standard_size),
        skew_adjustment=one(part.skew_adjustment),
        price_fee=one(part.price_fee_percent / 100),
        spot_fee=one(part.spot_fee_percent / 100),
        min_vol=one(part.min_vol),
        max_vol=one(part.max_vol),
        min_delta=one(part.min_delta),
        cutoff_ms=ms(part.cutoff_s),
        max_trade=option(part.max_trade),
    )


def hybrid_rules(part: HybridPart) -> HybridRules:
    """Return the rules of a hybrid venue."""
    return HybridRules(
        slots=part.slots, tick=usdc(part.tick), spread_ppm=ppm(part.spread_percent), fee_ppm=ppm(part.fee_percent)
    )


def sqrt_price(price: int) -> int:
    """Return the root of a price of ether, dollars times `PRICE_UNIT`, in base units and times 2^96, rounded down."""
    return math.isqrt(price * USDC_UNIT * Q96**2 // (ETH_UNIT * PRICE_UNIT))


def position(part: RangePart, price: int, spacing: int) -> Position:
    """Return a position that holds about the stated ether at a price, between the nearest ticks outside its range."""
    width = 1 + part.width_percent / 100
    lower = tick_at(sqrt_price(round(price / width))) // spacing * spacing
    upper = -(-tick_at(sqrt_price(round(price * width))) // spacing) * spacing
    low, high = sqrt_price(price), sqrt_price_at(upper)
    return Position(lower, upper, wei(part.ether) * low * high // ((high - low) * Q96))


def median_rules(part: MedianPart) -> MedianRules:
    """Return the rules of a median feed."""
    return MedianRules(
        nodes=part.nodes,
        faulty=part.faulty,
        deviation_ppb=round(part.deviation_percent * 10_000_000),
        heartbeat_ms=ms(part.heartbeat_s),
        poll_ms=ms(part.poll_s),
        noise_ppm=round(part.noise_percent * 10_000),
        latency_ms=ms(part.latency_s),
        minimum=round(part.least_price * PRICE_UNIT),
        maximum=round(part.most_price * PRICE_UNIT),
        late=part.late,
        late_ms=ms(part.late_s),
    )


def uptime_guard(part: ChainPart) -> UptimeGuard | None:
    """Return what venues of a chain heed after an outage."""
    if part.grace_s is None:
        return None
    return UptimeGuard(sentinel=Sentinel(ms(part.grace_s)), tolerance_ms=ms(part.outage_after_s))


def maker_rules(part: MakerPart) -> MakerRules:
    """Return how a maker quotes."""
    return MakerRules(
        refresh_ms=ms(part.refresh_s),
        latency_ms=ms(part.latency_s),
        half_spread=part.half_spread,
        calm_vol=part.calm_vol,
        leave_vol=part.leave_vol,
        size=part.size,
        levels=part.levels,
        level_step=part.level_step,
        skew=part.skew,
        caution=part.caution,
        gas_budget=part.gas_budget,
    )


def ms(seconds: float) -> int:
    """Return seconds in milliseconds."""
    return round(seconds * 1000)


def usdc(dollars: float) -> int:
    """Return dollars in USDC base units."""
    return round(dollars * USDC_UNIT)


def wei(ether: float) -> int:
    """Return ether in wei, to a billionth."""
    return round(ether * 10**9) * 10**9


def option(options: float) -> int:
    """Return options in base units, to a hundredth."""
    return round(options * 100) * (OPTION_UNIT // 100)


def ppm(percent: float) -> int:
    """Return per cent in millionths."""
    return round(percent * 10_000)


def one(value: float) -> int:
    """Return a number in 18-decimal fixed point, to a billionth."""
    return round(value * 10**9) * (ONE // 10**9)
