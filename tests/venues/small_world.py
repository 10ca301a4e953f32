"""A small world: a mined chain and a rollup, a few venues, a maker, an arbitrageur, oracles, keepers and a bridge."""

import hashlib
from dataclasses import dataclass
from typing import Final

from immutables import Map

from intents.assets import ETH_UNIT, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.options import parse_expiry
from venues.bridges import BridgePort
from venues.chain_state import Answer, ChainState
from venues.chains.background import Demand, DemandStep
from venues.chains.chain import Chain
from venues.chains.presets import ETHEREUM_2020, ROLLUP_2S, ChainRules
from venues.clearing import Account, ClearingHouse
from venues.escrow import Escrow
from venues.faults import NO_FAULTS, Fault, Faults
from venues.keeper import ExpiryKeeper
from venues.markets.arbitrage import Arbitrageur
from venues.markets.clob import EMPTY_BOOK, OrderBook
from venues.markets.cpmm import SpotPool
from venues.markets.kinds import AnyVenue
from venues.markets.makers import Maker, MakerRules
from venues.markets.option_amm import AmmRules, Board, OptionAmm
from venues.oracles.median import MedianFeed, MedianRules
from venues.oracles.osm import SecurityModule
from venues.passages import RelayRules
from venues.price_path import PricePath
from venues.pricing.fixed_point import ONE
from venues.pricing.smile import FLAT, Smile
from venues.snapshot import view_chain
from venues.truth import StepPath, Truth
from venues.view import Agent
from venues.world import World

L1: Final = "eip155:1"
L2: Final = "eip155:901"
START_MS: Final = 1_584_014_400_000
"""12 March 2020, 12:00 UTC."""

MINUTE_MS: Final = 60_000
EXPIRIES: Final = ("13MAR20", "27MAR20")
STRIKES: Final = (120, 140, 160)
SYMBOLS: Final = tuple(
    f"ETH-{expiry}-{strike}-{right}" for expiry in EXPIRIES for strike in STRIKES for right in ("C", "P")
)
PUT: Final = "ETH-27MAR20-140-P"

QUIET: Final = DemandStep(0, 0.0, 1.0, 0.1, (1.0, 0.0, 0.0, 0.0))
BUSY: Final = DemandStep(0, 11.0, 20.0, 0.2, (0.45, 0.27, 0.18, 0.10), premium=0.3, rush=3.0)

MAKER_RULES: Final = MakerRules(
    refresh_ms=20_000,
    latency_ms=2_000,
    half_spread=0.03,
    calm_vol=0.8,
    leave_vol=3.0,
    size=20.0,
    levels=3,
    level_step=0.012,
    skew=0.02,
)
MAKER: Final = Maker(name="maker", chain=L2, venue="book", rules=MAKER_RULES, offset_ms=3_000)

AMM_RULES: Final = AmmRules(
    standard_size=25 * OPTION_UNIT,
    skew_adjustment=ONE // 10,
    price_fee=ONE // 100,
    spot_fee=ONE // 2000,
    min_vol=ONE * 4 // 10,
    max_vol=ONE * 8,
    min_delta=ONE * 3 // 100,
    cutoff_ms=7_200_000,
    max_trade=80 * OPTION_UNIT,
)

FEED_RULES: Final = MedianRules(
    nodes=7,
    faulty=2,
    deviation_ppb=5_000_000,
    heartbeat_ms=1_200_000,
    poll_ms=10_000,
    noise_ppm=500,
    latency_ms=8_000,
    minimum=PRICE_UNIT,
    maximum=1_000_000 * PRICE_UNIT,
)
FEED: Final = MedianFeed(name="feed", chain=L2, rules=FEED_RULES, seed=(1, "feed"))

OSM_STEPS: Final = tuple(
    (START_MS + minutes * MINUTE_MS, dollars * PRICE_UNIT) for minutes, dollars in ((-70, 160), (-10, 150), (50, 140))
)
RICH: Final = Account(100_000_000 * USDC_UNIT, 1_000_000 * ETH_UNIT)
NAMES: Final = ("maker", "amm", "trader", "solver")
"""Accounts that can pay for anything."""

GAS: Final = 10_000 * ETH_UNIT


def truth(*dollars: float, vol: float = 1.0, step_ms: int = 5 * MINUTE_MS, smile: Smile = FLAT) -> Truth:
    """Return a market that moves along a straight line through prices; one price stays."""
    bars = [round(price * 10**4) * 10**4 for price in (dollars if len(dollars) > 1 else dollars * 2)]
    path = PricePath(start_ms=START_MS, step_ms=step_ms, bars=bars, vols=[0.0] * (len(bars) - 1), seed=(1, "truth"))
    return Truth(path, StepPath(START_MS, step_ms, (vol,)), smile)


def book(chain: str = L2) -> OrderBook:
    """Return an empty order book of every series."""
    return OrderBook(id="book", chain=chain, books=dict.fromkeys(SYMBOLS, EMPTY_BOOK), fee_account="book.fees")


def amm(chain: str = L2, vol: float = 1.0) -> OptionAmm:
    """Return an option market maker that lists every series at one volatility."""
    boards = {label: Board(round(vol * 10**6) * 10**12, {str(k): ONE for k in STRIKES}) for label in EXPIRIES}
    return OptionAmm(id="amm", chain=chain, account="amm", rules=AMM_RULES, boards=boards)


def pool(chain: str = L2, ether: int = 4_000, dollars: int = 140) -> SpotPool:
    """Return a pool at a price in dollars."""
    return SpotPool(id="pool", chain=chain, ether=ether * ETH_UNIT, cash=ether * dollars * USDC_UNIT)


def port(chain: str, peer: str, *, liquidity: int = 100_000, delay_ms: int = 2 * MINUTE_MS) -> BridgePort:
    """Return one end of the bridge, with its liquidity in dollars."""
    return BridgePort(
        id="bridge",
        chain=chain,
        peer=peer,
        liquidity=liquidity * USDC_UNIT,
        fee_ppm=400,
        fixed_fee=USDC_UNIT // 2,
        delay_ms=delay_ms,
    )


def chain_state(chain: str = L2, *venues: AnyVenue, dollars: int = 140) -> ChainState:
    """Return a chain's state with everybody rich."""
    peer = L1 if chain == L2 else L2
    return ChainState(
        chain=chain,
        clearing=ClearingHouse(accounts=Map(dict.fromkeys(NAMES, RICH))),
        escrow=Escrow(),
        venues=Map({venue.id: venue for venue in venues}),
        bridges=Map({"bridge": port(chain, peer)}),
        wallets=Map(dict.fromkeys((*NAMES, "feed", "osm", "keeper", "user"), GAS)),
        answer=Answer(dollars * PRICE_UNIT, START_MS, START_MS),
    )


def make_chain(
    state: ChainState,
    rules: ChainRules = ROLLUP_2S,
    step: DemandStep = QUIET,
    seed: int = 1,
    start_ms: int = START_MS,
) -> Chain[ChainState]:
    """Return a chain under the same demand all the time."""
    demand = Demand((step,), 600_000)
    return Chain(id=state.chain, rules=rules, state=state, demand=demand, seed=(seed, state.chain), start_ms=start_ms)


@dataclass(frozen=True, slots=True)
class Sight:
    """A world that stands still, as its inhabitants see it."""

    truth: Truth
    chains: dict[str, Chain[ChainState]]
    faults: Faults = NO_FAULTS

    def chain(self, chain_id: str) -> Chain[ChainState]:
        """Return a chain."""
        return self.chains[chain_id]

    def state(self, chain_id: str) -> ChainState:
        """Return the state of a chain."""
        return self.chains[chain_id].state


def sight(market: Truth, *chains: Chain[ChainState], faults: tuple[Fault, ...] = ()) -> Sight:
    """Return a view of some chains."""
    return Sight(market, {chain.id: chain for chain in chains}, Faults(faults))


def agents() -> tuple[Agent, ...]:
    """Return one inhabitant of every kind."""
    expiries = tuple(parse_expiry(label) for label in EXPIRIES)
    return (
        FEED,
        SecurityModule(name="osm", chain=L1, steps=OSM_STEPS),
        MAKER,
        Arbitrageur(name="trader", chain=L2, venues=("pool", "amm"), period_ms=30_000, offset_ms=7_000),
        ExpiryKeeper(name="keeper", chain=L2, expiries=expiries, retry_ms=MINUTE_MS),
    )


def make_world(
    seed: int = 1,
    inhabitants: tuple[Agent, ...] | None = None,
    market: Truth | None = None,
    faults: Faults = NO_FAULTS,
) -> World:
    """Return a mined chain under load and a quiet rollup, with relays and a falling price."""
    mined = make_chain(chain_state(L1), ETHEREUM_2020, BUSY, seed)
    rollup = make_chain(chain_state(L2, book(), amm(), pool()), ROLLUP_2S, QUIET, seed)
    return World(
        chains=[mined, rollup],
        agents=agents() if inhabitants is None else inhabitants,
        truth=market or truth(140.0, 136.0, 138.0, 130.0, vol=1.2),
        relay=RelayRules(proof_level={L1: "safe", L2: "safe"}, proof_delay_ms=30_000),
        start_ms=START_MS,
        faults=faults,
    )


def digest(world: World) -> str:
    """Return a hash of everything that is on the chains of a world."""
    parts: list[object] = [world.now_ms]
    for name in world.chain_ids:
        chain, state = world.chain(name), world.state(name)
        parts += [view_chain(state, 0, ()), state.escrow.total(), state.burned, chain.number, chain.base_fee_wei]
        parts += [state.answers, chain.recent, [state.bridges[key] for key in sorted(state.bridges)]]
        for key in sorted(state.clearing.accounts):
            account = state.clearing.account(key)
            parts.append((key, account.cash, account.ether, sorted(account.positions.items())))
        parts.append(sorted(state.wallets.items()))
    return hashlib.sha256(repr(parts).encode()).hexdigest()
