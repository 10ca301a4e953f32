"""Operations around an expiry in a world with exotic options, as summary and report show them."""

import importlib.util
from dataclasses import replace

import pytest

from intents.assets import OPTION_UNIT
from intents.lifecycle import Cause
from intents.options import parse_expiry
from solvernet import exotic_parts
from solvernet.build import build_world, exercise_keeper, truth_of
from solvernet.errors import InvalidScenarioError
from solvernet.exercise_record import ExerciseRecord
from solvernet.exercise_table import ExerciseLine, exercise_table, operation_of
from solvernet.scenario import Scenario, parse_scenario, scenario_text
from solvernet.scenario_parts import Window
from venues.chains.transaction import Block, Log, Receipt
from venues.observed import HOUR_MS
from venues.world import World

TEXT = scenario_text("exotics-v1")
SCENARIO = parse_scenario(TEXT, "exotics-v1")
WINDOW = Window.model_validate({"start": "2020-03-13T07:50:00Z", "end": "2020-03-13T08:02:00Z"}, strict=False)
CALL, IN = "ETH-13MAR20-110-C-A", "ETH-20MAR20-120-C-UI128"
"""Held by two owners; and the series whose barrier the oracle of the rollup touches twelve seconds after the expiry."""

needs_quantlib = pytest.mark.skipif(importlib.util.find_spec("QuantLib") is None, reason="QuantLib is not installed")


def _lived(scenario: Scenario = SCENARIO, *, pays: bool = True) -> tuple[World, ExerciseRecord]:
    """Return the world after the expiry, in which two owners held a hundred calls and a single one on each chain."""
    world, record = build_world(scenario, 7, WINDOW.start, {}), ExerciseRecord(scenario)
    for chain_id in world.chain_ids:
        chain = world.chain(chain_id)
        clearing = chain.state.clearing
        for owner, options in (("rich", 100), ("poor", 1)):
            clearing = clearing.change(owner, positions={CALL: options * OPTION_UNIT})
            clearing = clearing.change("writer", positions={CALL: -options * OPTION_UNIT}, ether=options * OPTION_UNIT)
        wallets = chain.state.wallets
        if not pays:
            wallets = wallets.update({f"exerciser.{name}": 0 for name in scenario.chains})
        chain.state = replace(chain.state, clearing=clearing, wallets=wallets)
    world.advance(WINDOW.end, (record,))
    return world, record


@pytest.fixture(scope="module")
def lived() -> tuple[World, ExerciseRecord]:
    return _lived()


def _line(lines: tuple[ExerciseLine, ...], chain: str, operation: str) -> ExerciseLine:
    return next(line for line in lines if (line.chain, line.operation) == (chain, operation))


@needs_quantlib
def test_on_the_rollup_everybody_is_exercised_in_time(lived: tuple[World, ExerciseRecord]) -> None:
    world, record = lived

    found = _line(exercise_table(SCENARIO, WINDOW, record, world), "rollup", "exercise")

    assert (found.due, found.in_time, found.late, found.missed) == (2, 2, 0, 0)
    assert found.lost_usd == 0
    assert 101 * 10 < found.value_usd < 101 * 22
    assert 0 < found.gas_usd < 1


@needs_quantlib
def test_on_ethereum_the_single_option_lapses_because_a_tip_does_not_pay_for_its_gas(
    lived: tuple[World, ExerciseRecord],
) -> None:
    world, record = lived

    found = _line(exercise_table(SCENARIO, WINDOW, record, world), "ethereum", "exercise")

    assert (found.due, found.in_time, found.missed) == (2, 1, 1)
    assert 0 < found.lost_usd < found.value_usd / 50
    lost = [o for o in record.operations(world) if o.name.startswith("eip155:1:") and o.good < o.weight]
    assert {operation.cause for operation in lost} <= {Cause.LATE, Cause.MISPRICED}
    assert Cause.LATE in {operation.cause for operation in lost}


@needs_quantlib
def test_a_touched_barrier_is_recorded(lived: tuple[World, ExerciseRecord]) -> None:
    world, record = lived

    barrier = _line(exercise_table(SCENARIO, WINDOW, record, world), "rollup", "barrier")

    assert barrier.in_time == barrier.due >= 1
    assert set(world.state("eip155:901").clearing.observed.touched) == {IN}


@needs_quantlib
def test_hours_that_nobody_recorded_while_they_could_be_are_missed(lived: tuple[World, ExerciseRecord]) -> None:
    """Of the four hours before the expiry one was recorded at once, one late, and one can still be."""
    world, _ = lived
    record, hours = ExerciseRecord(SCENARIO), [parse_expiry("13MAR20") - k * HOUR_MS for k in (4, 3, 2, 1)]
    for hour, at in ((hours[0], hours[0] + 30_000), (hours[1], hours[1] + 3 * HOUR_MS)):
        record.courses["rollup"].receipts[f"exerciser.rollup:fix-{hour}:1"] = _recorded(hour, at)

    window = WINDOW.model_copy(update={"start": hours[0]})
    found = _line(exercise_table(SCENARIO, window, record, world), "rollup", "fixing")

    assert (found.in_time, found.late, found.missed, found.wait_s_max) == (1, 1, 1, 3 * 3600)


def _recorded(hour: int, time_ms: int) -> Receipt:
    log = Log("Fixed", (("hour", hour), ("price", 1)))
    return Receipt(
        transaction_id=f"exerciser.rollup:fix-{hour}:1",
        sender="exerciser.rollup",
        block=Block("eip155:901", 1, time_ms),
        status="success",
        reason="",
        gas_used=1,
        price_wei=1,
        logs=(log,),
    )


@needs_quantlib
def test_a_keeper_without_ether_for_gas_loses_everything_to_the_expiry() -> None:
    world, record = _lived(pays=False)

    found = _line(exercise_table(SCENARIO, WINDOW, record, world), "rollup", "exercise")

    assert (found.in_time, found.missed) == (0, 2)
    assert found.lost_usd > 1_000


def test_transactions_of_keepers_are_told_apart_by_their_names() -> None:
    names = ("exerciser.l2:exercise-ETH-13MAR20-130-P-A-0xab:1", "exerciser.l2:touch-X:1", "exerciser.l2:fix-9:1")

    assert [operation_of(name) for name in names] == ["exercise", "barrier", "fixing"]
    assert operation_of("keeper.l2:1584086400000:1584086400001") == "settlement"
    assert exercise_keeper("l2") == "exerciser.l2"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("ETH-13MAR20-130-P", "is a European option"),
        ("ETH-13MAR20-130-C-M", "a call on the mean cannot"),
        ("ETH-27JUN20-130-P-A", "expires on no day"),
    ],
)
def test_what_cannot_be_listed_is_refused_in_one_line(wrong: str, said: str) -> None:
    with pytest.raises(InvalidScenarioError, match=said):
        parse_scenario(TEXT.replace("ETH-13MAR20-130-P-A", wrong), "exotics-v1")


def test_without_quantlib_a_scenario_that_needs_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exotic_parts.exotics, "find_spec", lambda _: None)

    with pytest.raises(
        InvalidScenarioError, match=r"scenario exotics-v1, \[exotics\]: .*pip install solvernet\[exotics\]"
    ):
        truth_of(SCENARIO, 7)


def test_the_bidder_of_last_resort_must_be_one_of_the_solvers() -> None:
    with pytest.raises(InvalidScenarioError, match=r"rounds.last_resort: no solver 'nobody' among single-path, greedy"):
        parse_scenario(TEXT.replace('last_resort = "house"', 'last_resort = "nobody"'), "exotics-v1")
