from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.assets import PRICE_UNIT
from tests.venues.small_world import L2, MINUTE_MS, START_MS, chain_state, make_world, sight, truth
from tests.venues.small_world import make_chain as make
from venues.chain_state import NO_ANSWER, Answer
from venues.faults import Fault, FaultKind, Faults
from venues.oracles.fallback import BreakerRules, FallbackFeed, ReportRules, Tripped, choose
from venues.oracles.index_source import IndexSource
from venues.oracles.pyth_source import PythRules, PythSource
from venues.oracles.reading import Reading, Unreadable

BREAKER = BreakerRules(most_age_ms=60_000, most_confidence_ppm=10_000, most_apart_ppm=20_000, most_step_ppm=100_000)
REPORT = ReportRules(poll_ms=10_000, deviation_ppm=5_000, heartbeat_ms=1_200_000)
PYTH = PythSource(
    name="pyth",
    rules=PythRules(publishers=12, least_publishers=5, noise_ppm=500, confidence_ppm=800, latency_ms=3_000),
    seed=(1, "pyth"),
)
INDEX = IndexSource(name="index", latency_ms=5_000)
FEED = FallbackFeed(name="feed", chain=L2, sources=(PYTH, INDEX), breaker=BREAKER, report=REPORT)


def _fault(kind: FaultKind, target: str, nodes: int = 0, shift_ppm: int = 0) -> Fault:
    return Fault(
        id="f",
        kind=kind,
        target=target,
        from_ms=START_MS - 1,
        until_ms=START_MS + 10**9,
        nodes=nodes,
        shift_ppm=shift_ppm,
    )


def _dollars(price: float, *, age_ms: int = 0, confidence: float = 0.0) -> Reading:
    return Reading(
        price=round(price * PRICE_UNIT), confidence=round(confidence * PRICE_UNIT), observed_ms=START_MS - age_ms
    )


def _last(price: float) -> Answer:
    return Answer(round(price * PRICE_UNIT), START_MS - 1_000, START_MS - 1_000)


def _posted(feed: FallbackFeed, minutes: int, market: Any = None, *faults: Fault) -> list[tuple[int, int]]:
    """Return time and price of every answer that came into force in a small world."""
    world = make_world(inhabitants=(feed,), market=market or truth(140.0, 140.0), faults=Faults(faults))
    answers = []
    for minute in range(minutes):
        world.advance(START_MS + (minute + 1) * MINUTE_MS)
        answer = world.state(L2).answer
        answers.append((answer.time_ms, answer.price))
    return sorted(set(answers))


def test_the_first_source_is_believed_if_another_agrees() -> None:
    assert choose([_dollars(141), _dollars(140)], _last(100), START_MS, BREAKER) == _dollars(141)


@pytest.mark.parametrize(
    "bad",
    [
        Unreadable("down"),
        _dollars(141, age_ms=60_001),
        _dollars(141, age_ms=-1),
        _dollars(141, confidence=1.42),
        _dollars(0),
    ],
)
def test_a_source_that_is_down_old_early_unsure_or_worthless_is_passed_over(bad: Reading | Unreadable) -> None:
    assert choose([bad, _dollars(140)], _last(140), START_MS, BREAKER) == _dollars(140)


def test_a_source_that_nobody_agrees_with_is_passed_over() -> None:
    readings = [_dollars(90), _dollars(140), _dollars(141)]

    assert choose(readings, _last(140), START_MS, BREAKER) == _dollars(140)


def test_two_sources_that_disagree_trip_the_breaker() -> None:
    assert choose([_dollars(90), _dollars(140)], _last(140), START_MS, BREAKER) == Tripped("disagreement")


def test_a_lone_source_is_believed_until_it_jumps() -> None:
    lone = [_dollars(110), Unreadable("down")]

    assert choose(lone, _last(100), START_MS, BREAKER) == _dollars(110)
    assert choose(lone, _last(99.9), START_MS, BREAKER) == Tripped("jump")
    assert choose(lone, NO_ANSWER, START_MS, BREAKER) == _dollars(110)


def test_without_a_usable_source_the_breaker_is_tripped() -> None:
    assert choose([Unreadable("down"), Unreadable("unknown")], _last(100), START_MS, BREAKER) == Tripped("no_source")


@given(st.lists(st.integers(50, 300).map(_dollars) | st.just(Unreadable("down")), max_size=5), st.integers(50, 300))
def test_what_is_believed_was_read_and_is_vouched_for(readings: list[Reading | Unreadable], last: int) -> None:
    found = choose(readings, _last(last), START_MS, BREAKER)

    if isinstance(found, Reading):
        others = list(readings)
        others.remove(found)
        near = [r for r in others if isinstance(r, Reading) and abs(r.price - found.price) * 50 <= found.price]
        assert near or abs(found.price - _last(last).price) * 10 <= found.price


def test_a_healthy_feed_posts_the_market_and_keeps_to_its_heartbeat() -> None:
    answers = _posted(FEED, 45)

    assert all(abs(price - 140 * PRICE_UNIT) < PRICE_UNIT for _, price in answers)
    assert 2 <= len(answers) <= 4


def test_a_feed_falls_back_when_its_first_source_is_down() -> None:
    market = truth(140.0, 140.0, 133.0, 133.0)

    answers = _posted(FEED, 15, market, _fault("oracle_halt", "pyth"))

    assert answers[-1][1] == pytest.approx(133 * PRICE_UNIT, rel=0.006)


def test_a_feed_freezes_when_its_two_sources_disagree() -> None:
    market = truth(140.0, 140.0, 120.0, 120.0)

    answers = _posted(FEED, 15, market, _fault("oracle_manipulation", "index", shift_ppm=-400_000))

    assert answers == [(START_MS, 140 * PRICE_UNIT)]


def test_a_feed_that_is_down_posts_nothing_whatever_its_sources_say() -> None:
    market = truth(140.0, 140.0, 120.0, 120.0)

    assert _posted(FEED, 15, market, _fault("oracle_halt", "feed")) == [(START_MS, 140 * PRICE_UNIT)]


def test_sources_that_quote_in_a_coin_off_its_peg_agree_on_a_wrong_price() -> None:
    """A coin worth 80 cents: 140 dollars are 175 of it, and no other source contradicts."""
    answers = _posted(FEED, 15, None, _fault("depeg", "", shift_ppm=-200_000))

    assert answers[-1][1] == pytest.approx(175 * PRICE_UNIT, rel=0.002)


def test_a_third_of_the_publishers_cannot_move_the_aggregate_and_more_than_half_can() -> None:
    prices = []
    for corrupted in (4, 7):
        fault = _fault("oracle_manipulation", "pyth", corrupted, -300_000)
        found = PYTH.read(sight(truth(140.0), make(chain_state(L2)), faults=(fault,)), START_MS)
        assert isinstance(found, Reading)
        prices.append(found.price / PRICE_UNIT)

    assert prices[0] == pytest.approx(140, rel=0.002)
    assert prices[1] < 100


def test_disagreeing_publishers_widen_the_confidence_until_the_breaker_refuses_it() -> None:
    chain = make(chain_state(L2))
    faults = ((), (_fault("oracle_manipulation", "pyth", 5, -300_000),))
    readings = [PYTH.read(sight(truth(140.0), chain, faults=each), START_MS) for each in faults]

    assert isinstance(choose(readings[:1], NO_ANSWER, START_MS, BREAKER), Reading)
    assert choose(readings[1:], NO_ANSWER, START_MS, BREAKER) == Tripped("no_source")


@pytest.mark.parametrize(
    ("source", "nodes", "found"), [(PYTH, 8, Unreadable("unknown")), (PYTH, 0, Unreadable("down")), (INDEX, 0, None)]
)
def test_a_source_says_what_became_of_it_until_the_fault_is_over(
    source: PythSource | IndexSource, nodes: int, found: Unreadable | None
) -> None:
    """Eight of twelve publishers that are silent leave fewer than the five that are needed."""
    fault = replace(_fault("oracle_halt", source.name, nodes), until_ms=START_MS + 1_000)
    view = sight(truth(140.0), make(chain_state(L2)), faults=(fault,))

    assert source.read(view, START_MS) == (found or Unreadable("down"))
    assert isinstance(source.read(view, START_MS + 1_000), Reading)
