"""Who keeps a hybrid venue going, and the calls they do it with."""

from dataclasses import replace

from intents.assets import OPTION_UNIT
from tests.venues.small_world import L2, PUT, START_MS, chain_state, make_chain, sight, truth
from venues.calls.hybrid_upkeep import RenewOffers, TellVols
from venues.chains.transaction import Applied, Block, Reverted
from venues.markets.hybrid import Hybrid, HybridMarket, HybridRules, JitOffer
from venues.markets.hybrid_agents import JitMaker, VolKeeper
from venues.pricing.fixed_point import ONE

RULES = HybridRules(slots=10, tick=10_000, spread_ppm=15_000, fee_ppm=5_000)
NOW_MS = START_MS + 60_000
KEEPER = VolKeeper(name="vols", chain=L2, venue="hybrid", period_ms=60_000, offset_ms=5_000)
MAKER = JitMaker(
    name="jit", chain=L2, venue="hybrid", edge_ppm=20_000, quantity=OPTION_UNIT, leave_vol=1.0,
    refresh_ms=30_000, offset_ms=0,
)  # fmt: skip


def hybrid() -> Hybrid:
    """Return a venue with one series, whose asks hold an offer of somebody else."""
    depth = 50 * OPTION_UNIT
    market = HybridMarket(base=depth, quote=depth, mark_vol=ONE, jit_asks=(JitOffer("other", 1, OPTION_UNIT),))
    return Hybrid(id="hybrid", chain=L2, account="hybrid", fee_account="fees", rules=RULES, markets={PUT: market})


def block(time_ms: int = NOW_MS) -> Block:
    return Block(L2, 1, time_ms)


def market_after(call: TellVols | RenewOffers, venue: Hybrid | None = None) -> HybridMarket:
    outcome = call.apply(chain_state(L2, venue or hybrid()), block())
    assert isinstance(outcome, Applied)
    after = outcome.state.venues["hybrid"]
    assert isinstance(after, Hybrid)
    return after.markets[PUT]


def test_the_keeper_tells_the_volatility_of_the_market() -> None:
    view = sight(truth(140.0, vol=0.8), make_chain(chain_state(L2, hybrid())))

    (offer,) = KEEPER.act(view, NOW_MS)

    assert isinstance(offer.transaction.call, TellVols)
    _, _, vols = view.truth.vols([PUT], NOW_MS)
    assert abs(market_after(offer.transaction.call).mark_vol / ONE - float(vols[0])) < 1e-6


def test_old_news_are_refused() -> None:
    call = TellVols(venue="hybrid", vols={PUT: 2 * ONE}, until_ms=NOW_MS - 1)

    outcome = call.apply(chain_state(L2, hybrid()), block())

    assert isinstance(outcome, Reverted)
    assert outcome.code == "late"


def test_a_maker_renews_its_own_offers_and_leaves_those_of_others() -> None:
    call = RenewOffers(
        venue="hybrid", maker="jit", edge_ppm=20_000, quantity=OPTION_UNIT, until_ms=NOW_MS, listed=1
    )  # fmt: skip
    once = market_after(call)

    twice = market_after(call, replace(hybrid(), markets={PUT: once}))

    assert [offer.owner for offer in once.jit_asks] == ["other", "jit"]
    assert [offer.owner for offer in once.jit_bids] == ["jit"]
    assert twice == once


def test_a_maker_takes_its_offers_back_when_volatility_is_too_high() -> None:
    stays, leaves = (
        MAKER.act(sight(truth(140.0, vol=vol), make_chain(chain_state(L2, hybrid()))), NOW_MS)[0].transaction.call
        for vol in (0.8, 1.2)
    )

    assert isinstance(stays, RenewOffers)
    assert isinstance(leaves, RenewOffers)
    assert market_after(stays).jit_bids == (JitOffer("jit", 20_000, OPTION_UNIT),)
    assert market_after(leaves).jit_bids == ()


def test_each_acts_at_its_own_times() -> None:
    assert KEEPER.next_ms(60_000) == 65_000
    assert KEEPER.next_ms(65_000) == 125_000
    assert MAKER.next_ms(60_000) == 90_000
