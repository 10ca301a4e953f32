"""Messages to a desk: who may ask, who may answer, and what stands."""

from dataclasses import replace

from intents.assets import OPTION_UNIT
from tests.venues.markets.random_venues import MARKET
from tests.venues.markets.stages import SPREAD, desk, firm
from tests.venues.small_world import L2, chain_state, make_world
from venues.calls.quoting import GiveQuotes, RequestQuotes
from venues.chain_state import ChainState
from venues.chains.transaction import Applied, Block, Reverted, Transaction
from venues.markets.maker_protection import Exposure, Protection
from venues.markets.rfq import RfqDesk
from venues.markets.rfq_quotes import FirmQuote
from venues.view import Offer

NOW = MARKET.now_ms
AMOUNT = 12 * OPTION_UNIT


def asked(now_ms: int = NOW, venue: RfqDesk | None = None) -> ChainState:
    """Return a chain whose desk has just been asked for a spread."""
    state = chain_state(L2, venue or replace(desk(), requests={}))
    return applied(state, RequestQuotes(venue="desk", structure=SPREAD, amount=AMOUNT), now_ms)


def applied(state: ChainState, call: RequestQuotes | GiveQuotes, now_ms: int) -> ChainState:
    outcome = call.apply(state, Block(L2, 1, now_ms))
    assert isinstance(outcome, Applied), outcome
    return outcome.state


def quotes(state: ChainState) -> tuple[FirmQuote, ...]:
    venue = state.venues["desk"]
    assert isinstance(venue, RfqDesk)
    return venue.requests[SPREAD].quotes


def given(maker: str = "alpha", price: float = 5.0, options: float = 7.0, now_ms: int = NOW, **more: bool) -> FirmQuote:
    return replace(firm(maker, "buy", price, options, **more), given_ms=now_ms, until_ms=now_ms + 60_000)


def answer(state: ChainState, quote: FirmQuote, now_ms: int = NOW) -> ChainState:
    return applied(state, GiveQuotes(venue="desk", maker="alpha", quotes={SPREAD: (quote,)}), now_ms)


def test_a_request_is_blind_for_five_seconds_and_open_for_five_minutes() -> None:
    venue = asked().venues["desk"]

    assert isinstance(venue, RfqDesk)
    request = venue.requests[SPREAD]
    assert (request.amount, request.visible_ms, request.until_ms) == (AMOUNT, NOW + 5_000, NOW + 300_000)


def test_a_structure_is_asked_for_once_at_a_time() -> None:
    call = RequestQuotes(venue="desk", structure=SPREAD, amount=AMOUNT)

    again = call.apply(asked(), Block(L2, 2, NOW + 300_000))

    assert isinstance(again, Reverted)
    assert again.code == "open"
    assert isinstance(call.apply(asked(), Block(L2, 2, NOW + 300_001)), Applied)


def test_a_firm_quote_cannot_be_replaced_before_it_expires() -> None:
    state = answer(asked(), given(price=5.0))

    early = answer(state, given(price=9.0, now_ms=NOW + 1_000), NOW + 1_000)
    late = answer(state, given(price=9.0, now_ms=NOW + 60_001), NOW + 60_001)

    assert [quote.price for quote in quotes(early)] == [5_000_000]
    assert [quote.price for quote in quotes(late)] == [9_000_000]


def test_all_or_none_must_be_all_and_any_part_must_not_be_more() -> None:
    for quote in (given(options=11, whole=True), given(options=13), given(options=0)):
        assert quotes(answer(asked(), quote)) == ()
    assert len(quotes(answer(asked(), given(options=12, whole=True)))) == 1


def test_a_maker_answers_for_nobody_else_and_for_no_other_time() -> None:
    assert quotes(answer(asked(), given(maker="beta"))) == ()
    assert quotes(answer(asked(), given(now_ms=NOW - 1))) == ()


def test_a_frozen_maker_gives_no_quotes() -> None:
    rule = Protection(window_ms=1, freeze_ms=10_000, quantity=1, delta=1, vega=1)
    tripped = {"alpha": Exposure(since_ms=NOW, tripped_ms=NOW)}
    state = asked(venue=replace(desk(), requests={}, protections={"alpha": rule}, exposures=tripped))

    assert quotes(answer(state, given(now_ms=NOW + 9_999), NOW + 9_999)) == ()
    assert len(quotes(answer(state, given(now_ms=NOW + 10_000), NOW + 10_000))) == 1


def test_a_closed_desk_neither_takes_requests_nor_quotes() -> None:
    state = asked()
    closed = state.with_venue(replace(state.venues["desk"], status="cancel_only"))

    for call in (
        RequestQuotes(venue="desk", structure=SPREAD, amount=1),
        GiveQuotes(venue="desk", maker="a", quotes={}),
    ):
        outcome = call.apply(closed, Block(L2, 1, NOW))
        assert isinstance(outcome, Reverted)
        assert outcome.code == "halted"


def test_a_message_takes_effect_at_once_and_pays_no_gas() -> None:
    world = make_world(inhabitants=())
    chain = world.chain(L2)
    chain.state = chain.state.with_venue(replace(desk(), requests={}))
    before = chain.state.wallets
    call = RequestQuotes(venue="desk", structure=SPREAD, amount=AMOUNT)
    message = Transaction(id="m", sender="user", call=call, max_fee_wei=0)

    first = world.submit(Offer(L2, message, is_message=True))
    second = world.submit(Offer(L2, message, is_message=True))

    assert (first, second) == ("waiting", "gone")
    assert world.state(L2).wallets == before
    assert world.state(L2).venues["desk"].instruments() == (SPREAD,)
