"""Every kind of option venue in one world: `venue-kinds-v1`, its crowded twin, and the trial that compares them."""

import math

import pytest

from solvernet import venue_trial
from solvernet.engine import RunName
from solvernet.inline import InlineRun, open_inline
from solvernet.scenario import Scenario, parse_scenario, scenario_hash, scenario_text
from solvernet.summary import Outcome, summarise
from solvernet.venue_comparison import Line, compared, text
from venues.chain_state import ChainState
from venues.chains.produced import Produced
from venues.markets.batch_book import BatchBook
from venues.markets.matched_book import MatchedBook
from venues.markets.rfq import RfqDesk
from venues.markets.structure import is_structure
from venues.world import World

NAME, TWIN = "venue-kinds-v1", "venue-kinds-congested-v1"
ROLLUP = "eip155:901"
KINDS = {"batch_book", "hybrid", "matched_book", "option_amm", "order_book", "rfq", "tick_option_amm"}


def brief(name: str, minutes: int) -> str:
    """Return a scenario cut down to its first minutes."""
    return scenario_text(name).replace('end = "2020-03-11T18:30:00Z"', f'end = "2020-03-11T17:{minutes:02}:00Z"', 1)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return parse_scenario(brief(NAME, 5), NAME)


class Spy:
    """Notes what desks are asked, who answers, and who has orders in books."""

    def __init__(self) -> None:
        self.asked: set[str] = set()
        self.makers: set[str] = set()
        self.owners: dict[str, set[str]] = {}

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:
        for venue in world.state(chain_id).venues.values():
            if isinstance(venue, RfqDesk):
                self.asked |= set(venue.requests)
                self.makers |= {quote.maker for request in venue.requests.values() for quote in request.quotes}
            if isinstance(venue, MatchedBook | BatchBook):
                found = {order.owner for orders in venue.orders.values() for order in orders}
                self.owners.setdefault(venue.kind, set()).update(found)


@pytest.fixture(scope="module")
def played(scenario: Scenario) -> tuple[InlineRun, Spy]:
    solvers = scenario.solvers.model_copy(update={"specs": ("single-path", "greedy")})
    users = scenario.users.model_copy(update={"valid_rounds": (1, 1), "per_round": 16.0})
    rounds = scenario.rounds.model_copy(update={"house": "greedy"})
    lean = scenario.model_copy(update={"solvers": solvers, "rounds": rounds, "users": users})
    run, spy = open_inline(RunName(lean, scenario_hash(scenario_text(NAME)), lean.window_named(None), 7)), Spy()
    run.engine.auctioneer.watch(spy)
    run.drive()
    return run, spy


def test_the_crowded_twin_differs_in_nothing_but_the_load_of_its_chains() -> None:
    calm, crowded = (parse_scenario(scenario_text(name), name) for name in (NAME, TWIN))

    chains = {key: part.model_copy(update={"demand_from": None}) for key, part in crowded.chains.items()}
    told = {"name": calm.name, "title": calm.title, "description": calm.description, "chains": chains, "faults": ()}
    assert crowded.model_copy(update=told) == calm
    assert {fault.kind for fault in crowded.faults} == {"demand_surge", "gas_spike"}


def test_makers_fill_both_books_of_single_orders(played: tuple[InlineRun, Spy]) -> None:
    _, spy = played

    assert spy.owners == {
        "matched_book": {"maker.epsilon", "maker.zeta"},
        "batch_book": {"maker.eta", "maker.theta"},
    }


def test_makers_answer_what_the_auctioneer_asks_and_structures_are_among_it(played: tuple[InlineRun, Spy]) -> None:
    _, spy = played

    assert any(map(is_structure, spy.asked))
    assert not all(map(is_structure, spy.asked))
    assert spy.makers == {"quoter.gamma", "quoter.delta"}


def test_nothing_is_made_or_lost_between_all_kinds_of_venues(played: tuple[InlineRun, Spy]) -> None:
    run, _ = played
    summary = summarise(Outcome(run.engine, run.events, "f" * 64, True, 1.0, None))
    held: dict[str, int] = {}
    for account in run.engine.auctioneer.world.state(ROLLUP).clearing.accounts.values():
        for name, quantity in account.positions.items():
            held[name] = held.get(name, 0) + quantity

    assert summary.money_in == summary.money_out
    assert held
    assert set(held.values()) == {0}


def test_the_trial_asks_every_kind_and_tries_what_was_quoted() -> None:
    lines = venue_trial.trial(parse_scenario(brief(NAME, 3), NAME), None, 7)

    rollup = {line.kind: line for line in lines if line.chain == "rollup"}
    assert set(rollup) == KINDS
    assert all(line.asked == 2 * 2 * 12 for line in rollup.values())
    assert all(line.quoted > 0.5 for line in rollup.values())
    assert all(0 <= line.refused <= 0.5 and math.isfinite(line.cost_bps) for line in rollup.values())
    assert rollup["rfq"].refused == 0
    assert 10 <= rollup["rfq"].wait_s <= 16


def test_twins_are_compared_seed_by_seed() -> None:
    def line(scenario: str, seed: int, refused: float) -> Line:
        return Line(scenario, seed, "rollup", "rfq", 10, 1.0, 0.0, 0.0, refused, 0.0, 2.0, 12.0, 0.2, 0.1)

    lines = [line("a", 1, 0.1), line("a", 2, 0.3), line("b", 1, 0.2), line("b", 2, 0.6)]

    row = compared(lines, ("a", "b"))[0]

    assert row["refused_calm"] == pytest.approx(0.2)
    assert row["refused_difference"] == pytest.approx(0.2)
    assert row["refused_half_width"] == pytest.approx(12.71 * 0.1)
    assert "refused 0.200 -> 0.400" in text(row)
