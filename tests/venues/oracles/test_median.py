from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.assets import PRICE_UNIT
from tests.venues.small_world import (
    FEED,
    FEED_RULES,
    L2,
    MINUTE_MS,
    START_MS,
    book,
    chain_state,
    make_chain,
    sight,
    truth,
)
from venues.calls.upkeep import PostAnswer
from venues.chain_state import NO_ANSWER, Answer
from venues.oracles.median import PPB, MedianFeed, median, should_report
from venues.view import Offer

HEARTBEAT_MS = FEED_RULES.heartbeat_ms
LAST = Answer(1_000_000, START_MS, START_MS)

numbers = st.integers(-(10**12), 10**12)


@st.composite
def _rounds(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """Draw what honest nodes observe, and what fewer than a third of all say instead."""
    faulty = draw(st.integers(0, 5))
    honest = draw(st.lists(numbers, min_size=2 * faulty + 1, max_size=2 * faulty + 6))
    return honest, draw(st.lists(numbers, min_size=faulty, max_size=faulty))


def _feed(**changes: int) -> MedianFeed:
    return replace(FEED, rules=replace(FEED_RULES, **changes))


QUIET_NODES = {"noise_ppm": 0, "latency_ms": 0}


def _acts(feed: MedianFeed, dollars: float = 140.0, last: Answer = NO_ANSWER, now_ms: int = START_MS) -> list[Offer]:
    chain = make_chain(replace(chain_state(L2, book()), answer=last))
    return list(feed.act(sight(truth(dollars), chain), now_ms))


def _price(offer: Offer) -> int:
    call = offer.transaction.call
    assert isinstance(call, PostAnswer)
    return call.price


@pytest.mark.parametrize(
    ("observed", "answer"), [([5], 5), ([1, 2], 2), ([3, 1, 2], 2), ([4, 1, 3, 2], 3), ([7, 7, 1, 9], 7)]
)
def test_the_answer_is_the_upper_median(observed: list[int], answer: int) -> None:
    """The element at half the length, rounded down, counted from zero, as in libocr's median.go."""
    assert median(observed) == answer


@given(st.lists(numbers, min_size=1).flatmap(lambda seen: st.tuples(st.just(seen), st.permutations(seen))))
def test_the_median_does_not_depend_on_who_reports_first(orders: tuple[list[int], list[int]]) -> None:
    assert median(orders[0]) == median(orders[1])


@given(_rounds())
def test_fewer_than_a_third_of_faulty_nodes_do_not_leave_what_honest_ones_saw(
    found: tuple[list[int], list[int]],
) -> None:
    honest, lies = found

    assert min(honest) <= median([*honest, *lies]) <= max(honest)


def test_a_majority_of_faulty_nodes_says_what_it_wants() -> None:
    assert median([100, 100, 0, 0, 0]) == 0


def test_no_observations_have_no_median() -> None:
    with pytest.raises(ValueError, match="no observations"):
        median([])


@pytest.mark.parametrize(("answer", "due"), [(1_005_000, True), (995_000, True), (1_004_999, False), (995_001, False)])
def test_a_change_by_the_threshold_is_reported_and_a_smaller_one_is_not(answer: int, due: bool) -> None:
    """By hand: half a per cent of a million."""
    assert should_report(answer, LAST, START_MS, FEED_RULES) == due


@pytest.mark.parametrize(("after_ms", "due"), [(HEARTBEAT_MS, False), (HEARTBEAT_MS + 1, True)])
def test_the_heartbeat_must_have_passed_and_not_only_be_reached(after_ms: int, due: bool) -> None:
    assert should_report(LAST.price, LAST, START_MS + after_ms, FEED_RULES) == due


@pytest.mark.parametrize(("answer", "due"), [(1, True), (-1, True), (0, False)])
def test_the_first_answer_is_reported_whatever_it_is_but_zero(answer: int, due: bool) -> None:
    assert should_report(answer, NO_ANSWER, START_MS, FEED_RULES) == due


@given(st.integers(1, 10**12), st.integers(1, 10**12), st.integers(0, PPB))
def test_the_threshold_is_relative_to_the_last_answer(answer: int, price: int, deviation_ppb: int) -> None:
    rules = replace(FEED_RULES, deviation_ppb=deviation_ppb)

    due = should_report(answer, Answer(price, START_MS, START_MS), START_MS, rules)

    assert due == (abs(answer - price) * PPB >= deviation_ppb * price)


@pytest.mark.parametrize(
    ("bounds", "reports"),
    [
        pytest.param({"minimum": 140 * PRICE_UNIT, "maximum": 140 * PRICE_UNIT}, True, id="on both bounds"),
        pytest.param({"minimum": 140 * PRICE_UNIT + 1}, False, id="below the minimum"),
        pytest.param({"maximum": 140 * PRICE_UNIT - 1}, False, id="above the maximum"),
    ],
)
def test_an_answer_beyond_the_bounds_is_not_reported_and_not_clamped(bounds: dict[str, int], reports: bool) -> None:
    offers = _acts(_feed(**QUIET_NODES, **bounds))

    assert [_price(offer) for offer in offers] == ([140 * PRICE_UNIT] if reports else [])


def test_beyond_its_bounds_the_feed_freezes_even_when_the_heartbeat_has_passed() -> None:
    old = Answer(100 * PRICE_UNIT, START_MS - 2 * HEARTBEAT_MS, START_MS - 2 * HEARTBEAT_MS)

    assert _acts(_feed(**QUIET_NODES, maximum=120 * PRICE_UNIT), last=old) == []
    assert len(_acts(_feed(**QUIET_NODES, maximum=140 * PRICE_UNIT), last=old)) == 1


@pytest.mark.parametrize(("nodes", "reports"), [(2, 0), (3, 1)])
def test_no_more_nodes_than_may_lie_make_no_report(nodes: int, reports: int) -> None:
    assert len(_acts(_feed(nodes=nodes, faulty=2))) == reports


def test_a_report_says_when_it_was_observed_and_pays_more_than_the_base_fee() -> None:
    (offer,) = _acts(FEED)

    call = offer.transaction.call
    assert isinstance(call, PostAnswer)
    assert call.observed_ms == START_MS
    assert (offer.chain, offer.transaction.sender, offer.replaces) == (L2, "feed", None)
    assert offer.transaction.max_fee_wei > make_chain(chain_state(L2)).base_fee_wei


@given(st.integers(0, 60))
def test_a_report_is_near_the_truth(rounds: int) -> None:
    """The median of seven nodes with errors of 500 millionths; ten of their deviations are half a per cent."""
    (offer,) = _acts(FEED, now_ms=START_MS + rounds * FEED_RULES.poll_ms)

    assert abs(_price(offer) - 140 * PRICE_UNIT) < 140 * PRICE_UNIT // 200


def test_nodes_see_what_their_sources_said_a_little_earlier() -> None:
    """The price falls by two dollars a minute; the sources are at most a minute old."""
    market = truth(140.0, 130.0)
    feed = _feed(noise_ppm=0, latency_ms=MINUTE_MS)
    chain = make_chain(replace(chain_state(L2), answer=NO_ANSWER))
    now_ms = START_MS + 2 * MINUTE_MS

    (offer,) = feed.act(sight(market, chain), now_ms)

    assert market.price(now_ms) < _price(offer) <= market.price(now_ms - MINUTE_MS)


@given(st.integers(START_MS, START_MS + 10**6))
def test_rounds_come_at_equal_intervals(now_ms: int) -> None:
    following = FEED.next_ms(now_ms)

    assert now_ms < following <= now_ms + FEED_RULES.poll_ms
    assert following % FEED_RULES.poll_ms == 0
