"""Makers at desks: what they answer, and what makes them widen, lean, shrink and leave."""

from dataclasses import replace

import pytest

from intents.assets import OPTION_UNIT, USDC_UNIT
from intents.options import parse_expiry
from tests.venues.small_world import L2, PUT, START_MS, Sight, chain_state, make_chain, sight, truth
from venues.calls.quoting import GiveQuotes
from venues.markets.rfq import RfqDesk
from venues.markets.rfq_maker import RfqMaker, RfqMakerRules
from venues.markets.rfq_quotes import FirmQuote, Request
from venues.pricing import black76

RULES = RfqMakerRules(
    think_ms=4_000,
    good_ms=60_000,
    latency_ms=0,
    half_spread=0.05,
    calm_vol=0.8,
    leave_vol=1.5,
    size=10.0,
    whole=False,
    lean=0.5,
)
MAKER = RfqMaker(name="maker", chain=L2, venue="desk", rules=RULES, offset_ms=0)
NOW = START_MS + 60_000
SPREAD = f"1*{PUT}&-1*ETH-27MAR20-120-P"


def scene(structure: str = PUT, amount: float = 10.0, vol: float = 0.8, held: int = 0) -> Sight:
    request = Request(
        amount=round(amount * OPTION_UNIT), opened_ms=START_MS, visible_ms=START_MS + 5_000, until_ms=START_MS + 300_000
    )
    desk = RfqDesk(id="desk", chain=L2, fee_account="f", blind_ms=5_000, life_ms=300_000, requests={structure: request})
    state = chain_state(L2, desk)
    positions = {PUT: held * OPTION_UNIT} if held else None
    state = replace(state, clearing=state.clearing.change("maker", positions=positions))
    return sight(truth(140.0, vol=vol), make_chain(state))


def answers(view: Sight, maker: RfqMaker = MAKER, now_ms: int = NOW) -> tuple[FirmQuote, ...]:
    offers = maker.act(view, now_ms)
    if not offers:
        return ()
    assert offers[0].is_message
    call = offers[0].transaction.call
    assert isinstance(call, GiveQuotes)
    return next(iter(call.quotes.values()))


def prices(quotes: tuple[FirmQuote, ...]) -> tuple[float, float]:
    """Return bid and ask, in dollars."""
    return quotes[1].price / USDC_UNIT, quotes[0].price / USDC_UNIT


def width(quotes: tuple[FirmQuote, ...]) -> float:
    bid, ask = prices(quotes)
    return ask - bid


def mid(quotes: tuple[FirmQuote, ...]) -> float:
    return sum(prices(quotes)) / 2


def test_a_calm_maker_quotes_fair_value_and_its_half_spread_in_volatility_on_either_side() -> None:
    years = (parse_expiry("27MAR20") - NOW) / black76.MS_PER_YEAR
    fair = float(black76.price(140, 140, 0.8, years, False))
    vega = float(black76.vega(140, 140, 0.8, years))

    bid, ask = prices(answers(scene()))

    assert ask == pytest.approx(fair + 0.05 * 0.8 * vega, abs=0.01)
    assert bid == pytest.approx(fair - 0.05 * 0.8 * vega, abs=0.01)


def test_a_small_part_of_its_size_costs_half_the_spread() -> None:
    assert width(answers(scene(amount=0.1))) == pytest.approx(width(answers(scene())) / 2, rel=0.02)


def test_it_widens_and_shrinks_with_volatility_and_leaves_when_it_is_too_high() -> None:
    calm, stressed = answers(scene()), answers(scene(vol=1.2))

    assert width(stressed) > 2 * width(calm)
    assert stressed[0].quantity < calm[0].quantity
    assert answers(scene(vol=1.5)) == ()


def test_it_offers_less_and_dearer_what_it_is_short_of() -> None:
    flat, short = answers(scene()), answers(scene(held=-400))

    assert mid(short) > mid(flat) + 0.1
    assert mid(answers(scene(held=400))) < mid(flat) - 0.1


def test_legs_that_offset_each_other_cost_less_than_one_by_one() -> None:
    spread = width(answers(scene(SPREAD, amount=5)))
    alone = width(answers(scene(PUT, amount=5))) + width(answers(scene("ETH-27MAR20-120-P", amount=5)))

    assert spread < 0.75 * alone


def test_all_or_none_is_for_all_and_only_within_its_size() -> None:
    whole = replace(MAKER, rules=replace(RULES, whole=True))

    assert [(q.whole, q.quantity) for q in answers(scene(amount=9), whole)] == [(True, 9 * OPTION_UNIT)] * 2
    assert answers(scene(amount=11), whole) == ()
    assert answers(scene(amount=11))[0].quantity == 10 * OPTION_UNIT


def test_it_takes_its_time_and_answers_once_while_a_quote_stands() -> None:
    assert answers(scene(), now_ms=START_MS + 3_999) == ()
    view = scene()
    desk = view.state(L2).venues["desk"]
    assert isinstance(desk, RfqDesk)
    request = replace(desk.requests[PUT], quotes=answers(view))
    view.chains[L2].state = view.state(L2).with_venue(replace(desk, requests={PUT: request}))

    assert answers(view, now_ms=NOW + 60_000) == ()
    assert len(answers(view, now_ms=NOW + 60_001)) == 2
