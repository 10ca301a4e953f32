from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.assets import PRICE_UNIT
from tests.venues.small_world import (
    FEED,
    FEED_RULES,
    L1,
    L2,
    MINUTE_MS,
    OSM_STEPS,
    START_MS,
    chain_state,
    make_chain,
    make_world,
    sight,
    truth,
)
from venues.calls.upkeep import PostAnswer
from venues.faults import Fault, FaultKind, Faults
from venues.oracles.median import MedianFeed
from venues.oracles.nodes import Network, Report
from venues.oracles.osm import SecurityModule
from venues.oracles.reading import Reading, Unreadable

HOUR_MS = 3_600_000
NETWORK = Network(name="feed", rules=FEED_RULES, seed=(1, "feed"))
"""Seven nodes, of which two may lie."""


def _fault(kind: FaultKind, nodes: int = 0, shift_ppm: int = 0, target: str = "feed") -> Fault:
    until_ms = START_MS + HOUR_MS
    return Fault(
        id="f", kind=kind, target=target, from_ms=START_MS, until_ms=until_ms, nodes=nodes, shift_ppm=shift_ppm
    )


def _report(*faults: Fault, network: Network = NETWORK, now_ms: int = START_MS) -> Report | None:
    return network.report(sight(truth(140.0), make_chain(chain_state(L2)), faults=faults), now_ms)


def _answer(*faults: Fault, network: Network = NETWORK, now_ms: int = START_MS) -> int:
    found = _report(*faults, network=network, now_ms=now_ms)
    assert found is not None
    return found.answer


@st.composite
def _networks(draw: st.DrawFn) -> tuple[Network, int]:
    """Draw a network and a number of bribed nodes that it must bear."""
    faulty = draw(st.integers(1, 4))
    nodes = draw(st.integers(3 * faulty + 1, 3 * faulty + 4))
    rules = replace(FEED_RULES, nodes=nodes, faulty=faulty, noise_ppm=draw(st.integers(0, 20_000)))
    return Network(name="feed", rules=rules, seed=(draw(st.integers(0, 99)), "feed")), draw(st.integers(1, faulty))


@given(_networks(), st.integers(-900_000, 5_000_000), st.integers(0, 60))
def test_up_to_f_bribed_nodes_never_move_the_answer_beyond_what_honest_ones_saw(
    found: tuple[Network, int], shift_ppm: int, rounds: int
) -> None:
    """Whoever leads: within 60 rounds bribed nodes lead some, and choose the observations."""
    network, bribed = found
    now_ms = START_MS + rounds * FEED_RULES.poll_ms
    truthful = _report(network=network, now_ms=now_ms)
    assert truthful is not None
    honest = [price for node, price in enumerate(_by_node(network, now_ms)) if node >= bribed]

    answer = _answer(_fault("oracle_manipulation", bribed, shift_ppm), network=network, now_ms=now_ms)

    assert min(honest) <= answer <= max(honest)


def _by_node(network: Network, now_ms: int) -> list[int]:
    """Return what each node sees, in order of node."""
    _, seen = network._observations(sight(truth(140.0), make_chain(chain_state(L2))), now_ms)
    return seen


def test_a_bribed_leader_picks_the_observations_that_suit_it_and_an_honest_one_takes_all() -> None:
    """Nodes take turns: node 0 leads the first of seven rounds, node 6 the last."""
    first_ms = START_MS - START_MS % (7 * FEED_RULES.poll_ms)
    first_ms += 7 * FEED_RULES.poll_ms * (first_ms < START_MS)
    bribed = _fault("oracle_manipulation", 2, 500_000)

    sizes = [
        len(report.observations)
        for turn in range(7)
        if (report := _report(bribed, now_ms=first_ms + turn * FEED_RULES.poll_ms)) is not None
    ]

    assert sizes == [5, 5, 7, 7, 7, 7, 7]


@pytest.mark.parametrize("bribed", [3, 4, 7])
def test_one_more_than_f_say_what_they_want_and_sign_it_themselves(bribed: int) -> None:
    report = _report(_fault("oracle_manipulation", bribed, 500_000))

    assert report is not None
    assert report.answer == 210 * PRICE_UNIT
    assert report.signers == (0, 1, 2)
    assert set(report.observations) == {210 * PRICE_UNIT}


def test_a_report_carries_one_signature_more_than_nodes_may_lie() -> None:
    report = _report()

    assert report is not None
    assert len(set(report.signers)) == 3


@pytest.mark.parametrize(("silent", "answers"), [(2, True), (3, False), (7, False)])
def test_without_two_thirds_of_its_nodes_a_network_says_nothing(silent: int, answers: bool) -> None:
    fault = _fault("oracle_halt", silent)
    view = sight(truth(140.0), make_chain(chain_state(L2)), faults=(fault,))

    assert (_report(fault) is not None) == answers
    assert isinstance(NETWORK.read(view, START_MS), Reading if answers else Unreadable)


def test_late_nodes_report_an_older_price_and_do_not_move_the_median_while_they_are_few() -> None:
    """The price falls by two dollars a minute; late nodes see it two minutes later."""
    chain, now_ms = make_chain(chain_state(L2)), START_MS + 4 * MINUTE_MS
    view = sight(truth(140.0, 130.0), chain)
    answers = []
    for late in (0, 2, 7):
        rules = replace(FEED_RULES, noise_ppm=0, latency_ms=0, late=late, late_ms=2 * MINUTE_MS)
        report = Network(name="feed", rules=rules, seed=(1,)).report(view, now_ms)
        assert report is not None
        answers.append(report.answer)

    assert answers == pytest.approx([132 * PRICE_UNIT, 132 * PRICE_UNIT, 136 * PRICE_UNIT], rel=1e-3)
    assert answers[0] == answers[1]


def test_in_a_coin_below_its_peg_every_honest_node_reports_too_high_a_price() -> None:
    """By hand: 140 / 0.8 is 175."""
    exact = replace(NETWORK, rules=replace(FEED_RULES, noise_ppm=0))

    depeg = _fault("depeg", shift_ppm=-200_000, target="")

    assert _answer(depeg, network=exact, now_ms=START_MS + MINUTE_MS) == 175 * PRICE_UNIT


@pytest.mark.parametrize(
    ("maximum", "posted"), [pytest.param(209, [], id="frozen"), pytest.param(210, [210 * PRICE_UNIT], id="posted")]
)
def test_bribed_nodes_cannot_post_beyond_the_bounds_of_the_contract(maximum: int, posted: list[int]) -> None:
    feed = MedianFeed(name="oracle.feed", chain=L2, rules=replace(FEED_RULES, maximum=maximum * PRICE_UNIT), seed=(1,))
    fault = _fault("oracle_manipulation", 3, 500_000)

    offers = feed.act(sight(truth(140.0), make_chain(chain_state(L2)), faults=(fault,)), START_MS)

    assert [o.transaction.call.price for o in offers if isinstance(o.transaction.call, PostAnswer)] == posted


def test_a_halted_feed_posts_nothing_and_posts_again_when_it_is_over() -> None:
    market = truth(140.0, 120.0, step_ms=HOUR_MS // 2)
    world = make_world(inhabitants=(FEED,), market=market, faults=Faults((_fault("oracle_halt"),)))

    world.advance(START_MS + HOUR_MS - 1_000)
    frozen = world.state(L2).answer
    world.advance(START_MS + HOUR_MS + MINUTE_MS)

    assert frozen.price == 140 * PRICE_UNIT
    assert world.state(L2).answer.price == pytest.approx(120 * PRICE_UNIT, rel=0.002)


def test_the_signers_of_an_answer_stand_beside_it_on_the_chain() -> None:
    world = make_world(inhabitants=(FEED,), faults=Faults((_fault("oracle_manipulation", 3, 500_000),)))

    world.advance(START_MS + MINUTE_MS)

    assert world.state(L2).answer.signers == (0, 1, 2)


def test_nobody_pokes_a_security_module_that_is_halted() -> None:
    module = SecurityModule(name="oracle.osm", chain=L1, steps=OSM_STEPS)
    chain, now_ms = make_chain(chain_state(L1)), START_MS + 50 * MINUTE_MS
    halted = _fault("oracle_halt", target="osm")

    assert module.act(sight(truth(140.0), chain, faults=(halted,)), now_ms) == ()
    assert len(module.act(sight(truth(140.0), chain), now_ms)) == 1
