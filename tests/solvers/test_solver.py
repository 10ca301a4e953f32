import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents import builders
from intents.assets import USDC_UNIT
from solvers.errors import NoProgramError, TwoAimsError
from solvers.messages import Announcement, Award, OpenIntent
from solvers.routing.problem import Job, Route
from solvers.routing.risk import Risk
from solvers.solver import Batch, RoutedIntent, Solver, batch_of
from tests.solvers.random_markets import jobs, snapshots, usual_wants
from tests.solvers.small_market import AWAY, EXPIRY, HOME, NOW_MS, SPOT, dollars, intent, job, market, options
from venues.snapshot import Snapshot

PUT = builders.option(EXPIRY, 120, "P")
LONG_PUT = builders.single(PUT)


def announcement(snap: Snapshot, number: int = 3, quantity: float = 5) -> Announcement:
    wish = intent(LONG_PUT, 5, 40.0)
    return Announcement(
        round=number,
        time_ms=NOW_MS,
        intents=(OpenIntent(intent_id="1" * 64, intent=wish, remaining=options(quantity)),),
        snapshot=snap,
        snapshot_hash=snap.hash,
        seal_key="",
        nodes=50,
    )


def batch(snap: Snapshot | None = None, *, solver: str = "me", secret: bytes = b"x", number: int = 3) -> Batch:
    return batch_of(announcement(snap or market(), number), solver, secret)


def test_a_batch_holds_what_was_announced() -> None:
    made = batch_of(announcement(market(), quantity=2), "me", b"x")

    assert (made.solver, made.round, made.time_ms, made.nodes) == ("me", 3, NOW_MS, 50)
    (wish,) = made.intents
    assert (wish.intent_id, wish.remaining) == ("1" * 64, options(2))
    assert made.snapshot.hash == market().hash


def test_random_streams_depend_on_secret_round_and_path_and_nothing_else() -> None:
    def draw(made: Batch, *path: str) -> float:
        return float(made.rng(*path).random())

    same = draw(batch(), "x")
    assert same == draw(batch(solver="other"), "x")
    assert len({same, draw(batch(), "y"), draw(batch(secret=b"z"), "x"), draw(batch(number=4), "x")}) == 4


def test_the_notional_is_the_value_of_the_ether_written_on() -> None:
    assert batch().notional(options(2)) == dollars(2 * SPOT)


def test_a_bid_without_markup_asks_what_the_route_costs() -> None:
    made = batch()
    routed = made.route(made.intents[0])
    bid = routed.to_bid()

    assert isinstance(routed.answer, Route)
    assert bid is not None
    assert sum(fill.debit for fill in bid.fills) == routed.answer.cost.total
    assert [dict(fill.legs) for fill in bid.fills] == [dict(part.legs) for part in routed.answer.parcels]


def test_a_markup_is_charged_on_the_notional() -> None:
    made = batch()
    routed = made.route(made.intents[0], engine="path")
    plain, dear = routed.to_bid(), routed.to_bid(markup_bps=50)

    assert plain is not None
    assert dear is not None
    assert dear.fills[0].debit - plain.fills[0].debit == made.notional(options(5)) * 50 // 10_000


def test_a_negative_markup_gives_the_notionals_part_away() -> None:
    made = batch()
    routed = made.route(made.intents[0], engine="path")
    plain, cheap = routed.to_bid(), routed.to_bid(markup_bps=-50)

    assert plain is not None
    assert cheap is not None
    assert cheap.fills[0].debit < plain.fills[0].debit


def test_an_intent_without_a_route_is_false_and_has_no_bid_and_no_surplus() -> None:
    made = batch()
    routed = made.route(job(LONG_PUT, 1, 0.01))

    assert not routed
    assert routed.to_bid() is None
    assert routed.surplus == 0


def test_work_of_every_route_is_counted() -> None:
    made = batch()
    first = made.route(made.intents[0], engine="path")
    second = made.route(made.intents[0])

    assert made.work == [first.answer.work, second.answer.work]
    assert 0 < made.work[0] < made.work[1]


@settings(max_examples=60, deadline=None)
@given(snapshots(), jobs(usual_wants()), st.floats(0, 500))
def test_no_markup_takes_a_bid_above_what_its_owner_signed(market: Snapshot, wish: Job, markup_bps: float) -> None:
    made = batch(market)
    bid = made.route(wish, engine="greedy").to_bid(markup_bps=markup_bps)

    for fill in bid.fills if bid is not None else ():
        assert fill.debit <= wish.intent.max_debit(fill.quantity)


def test_a_route_over_two_chains_is_one_bid_of_two_fills() -> None:
    snap = market(home_gwei=0.0, away_gwei=0.0, fixed_fee=0.0)
    made, wish = batch(snap), job(LONG_PUT, 120, 60.0)

    bid = made.route(wish).to_bid()

    assert bid is not None
    assert {fill.chain for fill in bid.fills} == {HOME, AWAY}
    assert sum(fill.quantity for fill in bid.fills) == options(120)
    assert bid.intents == (wish.intent_id,)


def test_a_solver_must_say_how_it_solves() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Solver()  # type: ignore[abstract]


def test_a_solver_settles_all_it_wins_unless_it_says_otherwise() -> None:
    class Idle(Solver):
        def solve(self, batch: Batch) -> list[None]:
            return []

    assert Idle().on_award(Award(round=1, solver="idle", won=(0, 3), results=())) == (0, 3)


def test_the_surplus_of_a_routed_intent_is_its_routes() -> None:
    made = batch()
    routed = made.route(made.intents[0])

    assert isinstance(routed, RoutedIntent)
    assert isinstance(routed.answer, Route)
    assert routed.surplus == routed.answer.surplus > USDC_UNIT


def test_a_risk_needs_a_program_and_no_other_objective() -> None:
    made = batch()
    (wish,) = made.intents

    with pytest.raises(NoProgramError, match="greedy"):
        made.route(wish, engine="greedy", risk=Risk())
    with pytest.raises(TwoAimsError):
        made.route(wish, objective=lambda terms: terms.surplus, risk=Risk())
    assert made.route(wish, risk=Risk())
