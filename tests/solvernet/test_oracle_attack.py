"""The bribed oracle of the shipped scenarios, for half an hour, with evidence that takes five minutes."""

import re

import pytest

from intents.assets import ETH_UNIT, PRICE_UNIT
from solvernet.accounts import money
from solvernet.errors import InvalidScenarioError
from solvernet.ideal import ideal_scenario
from solvernet.inline import InlineRun, open_inline
from solvernet.scenario import parse_scenario, scenario_text
from solvernet.security_table import SecurityFigures, security_table
from tests.solvernet.conftest import name_of
from venues.security.slashing import WAD

ROLLUP = "eip155:901"
WINDOW = re.compile(r'\[window\]\nstart = "[^"]+"\nend = "[^"]+"')
HALF_HOUR = '[window]\nstart = "2020-03-11T12:00:00Z"\nend = "2020-03-11T12:25:00Z"'


def _text(name: str, nodes: int = 3) -> str:
    """Return a scenario whose second bribe is its only one, from the fifth minute to the fifteenth."""
    text = WINDOW.sub(HALF_HOUR, scenario_text(name))
    head, _, rest = text.partition("[[faults]]")
    bribe = "[[faults]]" + rest.rpartition("[[faults]]")[2]
    bribe = bribe.replace("at = 2400.0\nlasts_s = 1200.0", "at = 300.0\nlasts_s = 600.0")
    bribe = bribe.replace("nodes = 3", f"nodes = {nodes}")
    head = head.replace("evidence_s = 1800.0", "evidence_s = 300.0")
    return head.replace('specs = ["single-path", "greedy", "convex", "matcher"]', 'specs = ["greedy"]') + bribe


def _run(name: str, nodes: int = 3) -> InlineRun:
    run = open_inline(name_of(_text(name, nodes)))
    run.drive()
    return run


def _figures(run: InlineRun) -> SecurityFigures:
    engine = run.engine
    found = security_table(engine.name.scenario, engine.auctioneer.world, engine.corruption_record)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def bare() -> InlineRun:
    return _run("oracle-attack-v1")


@pytest.fixture(scope="module")
def guarded() -> InlineRun:
    return _run("oracle-attack-guarded-v1")


def _worst_error(run: InlineRun, feed: str) -> float:
    truth = run.engine.auctioneer.world.truth
    answers = run.engine.oracle_record.courses[feed].answers
    return max(abs(each.price / truth.price(each.observed_ms) - 1) for each in answers)


def test_three_bribed_nodes_of_seven_move_the_answer_and_their_friend_earns(bare: InlineRun) -> None:
    attacker = _figures(bare).parties[0]

    assert _worst_error(bare, "median") == pytest.approx(0.3, abs=0.01)
    assert attacker.profit_usd > 100_000


def test_what_the_attacker_and_others_won_the_venue_lost(bare: InlineRun) -> None:
    """Makers of the book, users and solvers trade too; against this sum theirs is small."""
    lines = {line.role: line.profit_usd for line in _figures(bare).parties}

    assert set(lines) == {"attacker", "venue", "arbitrageur"}
    assert lines["venue"] < -100_000
    assert sum(lines.values()) == pytest.approx(0, abs=0.02 * abs(lines["venue"]))


def test_two_do_not() -> None:
    run = _run("oracle-attack-v1", nodes=2)
    attacker = _figures(run).parties[0]

    assert _worst_error(run, "median") < 0.01
    assert attacker.profit_usd == 0
    assert _figures(run).pot == 0


def test_the_three_lose_stake_to_both_services_and_the_other_four_lose_none(bare: InlineRun) -> None:
    lines = _figures(bare).stakes

    assert [line.operator for line in lines if line.slashed] == ["alder", "birch", "cedar"]
    for line in lines[:3]:
        assert line.slashed == pytest.approx(10_000 * (0.05 + 0.6 * 0.02))
        assert line.before == pytest.approx(line.after + line.slashed)
        assert line.punished_by == ("prices", "proofs")


def test_the_one_who_ran_still_waits_for_what_is_left(bare: InlineRun) -> None:
    alder, birch, *_ = _figures(bare).stakes

    assert alder.leaving == alder.after == pytest.approx(9_380)
    assert birch.leaving == 0


def test_no_stake_and_no_dollar_is_made_or_lost(bare: InlineRun) -> None:
    world = bare.engine.auctioneer.world
    book = world.state("eip155:1").stakes

    assert money(world) == bare.engine.money_in
    assert book is not None
    assert book.total() == 70_000 * ETH_UNIT
    assert sum(operator.greatest for operator in book.operators.values()) < 7 * WAD


def test_a_breaker_that_asks_others_lets_the_same_lie_pass_by(guarded: InlineRun) -> None:
    attacker = _figures(guarded).parties[0]

    assert _worst_error(guarded, "guarded") < 0.01
    assert attacker.profit_usd == 0
    assert _figures(guarded).pot == 0


def test_corrupting_the_bare_feed_would_have_paid_and_the_guarded_one_would_not(
    bare: InlineRun, guarded: InlineRun
) -> None:
    gains = []
    for run in (bare, guarded):
        lines = {line.services: line for line in _figures(run).attacks}
        assert set(lines) == {("prices",), ("proofs",), ("prices", "proofs")}
        assert lines["prices",].operators == 3
        assert lines["proofs",].operators == 5
        assert lines["proofs",].gain_usd < 0
        gains.append(lines["prices",].gain_usd)

    assert gains[0] > 0 > gains[1]


def test_the_measured_profit_is_no_less_than_what_the_attacker_made(bare: InlineRun) -> None:
    """It is measured with more money and more care; what positions gain afterwards is left out."""
    figures = _figures(bare)
    measured = next(line.profit_usd for line in figures.attacks if line.services == ("prices",))

    assert measured > 0.9 * figures.parties[0].profit_usd


def test_the_cost_is_what_would_be_slashed_at_the_price_of_the_moment(bare: InlineRun) -> None:
    record = bare.engine.corruption_record
    chance = record.worst["prices",]

    assert chance.attack.cost == 3 * 620 * ETH_UNIT
    assert chance.price == bare.engine.auctioneer.world.truth.price(chance.time_ms)
    assert chance.usdc(ETH_UNIT) == chance.price // (PRICE_UNIT // 10**6)


def test_in_the_ideal_run_nobody_lies_and_nobody_attacks() -> None:
    ideal = ideal_scenario(parse_scenario(_text("oracle-attack-v1"), "x"))

    assert (ideal.attackers, ideal.security, ideal.faults) == ({}, None, ())


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("allocated_percent = 60.0", "allocated_percent = 96.0", "101 % of every stake"),
        ("joins = { prices = 2.0 }", "joins = { weather = 2.0 }", "'weather' is joined"),
        ("evidence_s = 1800.0", "evidence_s = 7200.0", "security.evidence_s"),
        ('of = "median"', 'of = "crystal"', "no oracle 'crystal'"),
        ('of = "main"', 'of = "drawbridge"', "no bridge 'drawbridge'"),
        ("larch = { ether = 10000.0 }", "", "'median' has 7 nodes"),
        ('oracle = "median"', 'oracle = "maker"', "nobody can be bribed to make 'maker' lie"),
        ('venues = ["amm.rollup", "book.rollup"]', 'venues = ["bank"]', "'bank' is referred to but not defined"),
    ],
)
def test_stake_that_cannot_be_is_refused_in_one_line(old: str, new: str, says: str) -> None:
    text = scenario_text("oracle-attack-v1")
    assert old in text

    with pytest.raises(InvalidScenarioError, match=says):
        parse_scenario(text.replace(old, new), "mine.toml")
