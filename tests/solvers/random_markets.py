"""Random markets and intents, as hypothesis strategies."""

from collections.abc import Sequence

from hypothesis import strategies as st

from intents import builders
from intents.assets import ETH, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.intent import LOT
from intents.options import parse_series
from intents.wants import SLOPE_UNIT, AnyWant, Exposure, Knot, Leg, Package, Payoff
from solvers.routing.problem import Job
from solvers.routing.replication import legs_for
from tests.solvers.small_market import (
    AWAY,
    EXPIRY,
    HOME,
    NOW_MS,
    STRIKES,
    amm,
    bridge,
    fair,
    job,
    pool,
    quoted_book,
    snapshot,
    symbols,
    view,
)
from venues.markets.kinds import AnyVenue
from venues.snapshot import Snapshot

VENUES = ("amm.home", "book.home", "pool.home", "amm.away", "book.away", "pool.away")


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """Draw two chains that a bridge joins, each with any of the three kinds of venue, none perhaps."""
    spot = draw(st.sampled_from([95.0, 118.37, 130.0, 171.5]))
    first, second = bridge(fee_ppm=draw(st.integers(0, 5000)), fixed_fee=draw(st.sampled_from([0.0, 0.5, 20.0])))
    home = view(
        HOME,
        _venues(draw, "home", HOME, spot),
        [first],
        gas_gwei=draw(st.sampled_from([0.0, 1.0, 20.0, 150.0])),
        spot=spot,
    )
    away = view(
        AWAY, _venues(draw, "away", AWAY, spot), [second], gas_gwei=draw(st.sampled_from([0.0, 0.05, 3.0])), spot=spot
    )
    return snapshot(home, away, spot=spot)


def _venues(draw: st.DrawFn, name: str, chain: str, spot: float) -> list[AnyVenue]:
    venues: list[AnyVenue] = []
    if draw(st.integers(0, 4)):
        venues.append(amm(f"amm.{name}", chain, iv=draw(st.floats(0.5, 2.5))))
    if draw(st.integers(0, 2)):
        vol, width = draw(st.floats(0.5, 2.5)), draw(st.floats(0.01, 0.2))
        size, levels = draw(st.sampled_from([0.05, 0.7, 7.0, 40.0, 100.0])), draw(st.integers(1, 4))
        venues.append(quoted_book(f"book.{name}", chain, vol=vol, width=width, size=size, levels=levels))
    if draw(st.integers(0, 3)):
        venues.append(pool(f"pool.{name}", chain, ether=draw(st.sampled_from([3.0, 500.0, 9000.0])), price=spot))
    return venues


def packages() -> st.SearchStrategy[Package]:
    """Draw a package of one to three different legs that can be backed with cash."""
    instrument = st.sampled_from([ETH, *symbols()])
    leg = st.tuples(instrument, st.sampled_from([-2, -1, 1, 1, 2]))
    return st.lists(leg, min_size=1, max_size=3, unique_by=lambda pair: pair[0]).filter(_backed).map(_package)


def _backed(legs: Sequence[tuple[str, int]]) -> bool:
    cover = sum(ratio for name, ratio in legs if name == ETH or name.endswith("C"))
    return cover >= 0 and all(ratio > 0 for name, ratio in legs if name == ETH)


def _package(legs: Sequence[tuple[str, int]]) -> Package:
    return Package(legs=tuple(Leg(instrument=name, ratio=ratio) for name, ratio in legs))


@st.composite
def floors(draw: st.DrawFn) -> Payoff:
    """Draw a floor of one to four knots on any prices, listed strikes or not, with any slopes that can be backed."""
    prices = draw(st.lists(st.integers(85, 175), min_size=1, max_size=4, unique=True).map(sorted))
    knots = tuple(
        Knot(price=price * PRICE_UNIT, value=draw(st.integers(-10, 25)) * USDC_UNIT - draw(st.integers(0, 1)))
        for price in prices
    )
    left = draw(st.sampled_from([-SLOPE_UNIT, 0, 0, SLOPE_UNIT // 3, -SLOPE_UNIT // 3]))
    right = draw(st.sampled_from([0, 0, 0, SLOPE_UNIT // 2, SLOPE_UNIT]))
    return Payoff(expiry=EXPIRY, knots=knots, left_slope=left, right_slope=right)


@st.composite
def bounded(draw: st.DrawFn) -> Exposure:
    """Draw bounds on delta, vega or losses of ether or options that are held, or of nothing."""
    names = st.sampled_from([ETH, *symbols()])
    held = draw(st.dictionaries(names, st.sampled_from([-1.0, -0.5, 0.4, 1.0]), max_size=2))
    middle, width = draw(st.floats(-0.5, 0.8)), draw(st.sampled_from([0.02, 0.2, 0.6]))
    kinds = (
        builders.delta(middle - width, middle + width),
        builders.vega(draw(st.floats(-0.1, 0.1))),
        builders.most_loss(
            draw(st.integers(5, 60)), draw(st.sampled_from([0, 80])), draw(st.sampled_from([180, None]))
        ),
    )
    bounds = [bound for bound in kinds if draw(st.booleans())] or [kinds[0]]
    at = builders.mark(130, draw(st.floats(0.4, 2.0)), NOW_MS - 60_000)
    return builders.exposure(EXPIRY, at, bounds, held=held, collateral=draw(st.sampled_from([0, 15, 60])))


def usual_wants() -> st.SearchStrategy[Package | Payoff]:
    """Draw one of the wants that the builders make."""
    strike = st.sampled_from(STRIKES)
    pair = st.tuples(strike, strike).filter(lambda two: two[0] < two[1])
    return st.one_of(
        st.builds(lambda s, r: builders.single(builders.option(EXPIRY, s, r)), strike, st.sampled_from("CP")),
        strike.map(lambda s: builders.single(builders.option(EXPIRY, s, "P"), ratio=-1)),
        pair.map(lambda two: builders.vertical(EXPIRY, two[1], two[0], "P")),
        pair.map(lambda two: builders.vertical(EXPIRY, two[0], two[1], "C")),
        pair.map(lambda two: builders.collar(EXPIRY, *two)),
        pair.map(lambda two: builders.strangle(EXPIRY, *two)),
        strike.map(lambda s: builders.covered_call(EXPIRY, s)),
        st.integers(90, 165).map(lambda price: builders.hedge(EXPIRY, price)),
        pair.map(lambda two: builders.band(EXPIRY, two[0] - 3, two[1] - 3)),
    )


@st.composite
def jobs(draw: st.DrawFn, wants: st.SearchStrategy[AnyWant], nonce: int = 1) -> Job:
    """Draw an intent with a limit on either side of its fair value; a part of it may be filled already."""
    want = draw(wants)
    lots = draw(st.one_of(st.integers(1, 60), st.integers(50, 3000), st.integers(2000, 15_000)))
    terms: dict[str, object] = {"nonce": nonce, "home": draw(st.sampled_from([HOME, HOME, AWAY]))}
    if draw(st.integers(0, 3)) == 0:
        terms["fill"] = "all_or_none"
    elif draw(st.booleans()):
        terms["minimum"] = draw(st.integers(1, lots)) * LOT
    if draw(st.integers(0, 3)) == 0:
        terms["chains"] = (draw(st.sampled_from([HOME, AWAY])),)
    if draw(st.integers(0, 3)) == 0:
        terms["venues"] = tuple(sorted(draw(st.sets(st.sampled_from(VENUES), min_size=1))))
    limit = fair_value(want) * draw(st.sampled_from([0.8, 1.1, 1.5, 1.5])) + draw(st.sampled_from([-5.0, 2.0, 30.0]))
    whole = job(want, lots / 100, limit, **terms)
    if whole.intent.fill == "all_or_none":
        return whole
    remaining = draw(st.one_of(st.just(lots), st.integers(1, lots))) * LOT
    return Job(intent_id=whole.intent_id, intent=whole.intent, remaining=remaining)


def fair_value(want: AnyWant) -> float:
    """Return about what a unit is worth, in dollars."""
    legs = legs_for(want, OPTION_UNIT, [parse_series(name) for name in symbols()]) or {}
    return sum(held / OPTION_UNIT * (130.0 if name == ETH else fair(name, vol=1.2)) for name, held in legs.items())
