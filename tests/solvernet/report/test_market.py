from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from solvernet.record import ChainCourse
from solvernet.report import market
from solvernet.report.market import on_grid
from solvernet.report.run_view import RunView

MINUTE_MS = 60_000
TIMES = st.lists(st.integers(1, 600_000), min_size=1, max_size=30, unique=True).map(sorted)


def test_a_gap_in_the_samples_is_bridged_by_the_last_one() -> None:
    times = [2_000, 61_000, 245_000]

    assert on_grid(times, [1.0, 2.0, 5.0], range(0, 300_000, MINUTE_MS)) == [1.0, 2.0, 2.0, 2.0, 5.0]


def test_there_is_nothing_before_the_first_sample() -> None:
    assert on_grid([130_000], [7.0], range(0, 180_000, MINUTE_MS)) == [None, None, 7.0]


@given(TIMES)
def test_no_value_comes_from_after_its_minute(times: list[int]) -> None:
    grid = range(0, 600_000, MINUTE_MS)

    found = on_grid(times, times, grid)

    for start, value in zip(grid, found, strict=True):
        assert value is None or value < start + MINUTE_MS
        assert not any(start <= time < start + MINUTE_MS and time > (value or 0) for time in times)


def test_every_chain_has_its_answer_its_age_and_its_panel_of_gas(view: RunView) -> None:
    names = [trace["name"] for trace in market.prices(view).sheet["data"]]
    headings = [note["text"] for note in market.fees(view).sheet["layout"]["annotations"]]

    answers = [f"oracle of {name}" for name in view.chains.values() for _ in range(2)]
    assert names == ["true price", *answers, "implied volatility"]
    assert headings == [*(f"Gas on {name}, gwei (log)" for name in view.chains.values()), "Waiting transactions"]


def test_a_chain_has_one_colour_in_both_pictures(view: RunView) -> None:
    colours = {trace["line"]["color"] for trace in market.fees(view).sheet["data"]}

    assert colours == set(view.chain_colour.values())
    assert colours < {trace["line"]["color"] for trace in market.prices(view).sheet["data"]}


def test_the_worst_answer_is_named_with_its_age(view: RunView) -> None:
    said = market._worst_answer(replace(view, chains={"a": "alpha", "b": "beta"}), _two_courses(view.start_ms))

    assert said == (
        "Notice 12:01 UTC: the oracle of alpha was 25.0% above the true price, with news 100 min old; that of beta"
        " never by more than 1.0%."
    )


def test_dear_gas_is_told_against_the_cheapest_moment(view: RunView) -> None:
    said = market._dearest_gas(replace(view, chains={"a": "alpha", "b": "beta"}), _two_courses(view.start_ms))

    assert said == "Notice alpha at 12:01 UTC: 300 gwei, 6 times its lowest of the run."


def _two_courses(start_ms: int) -> dict[str, ChainCourse]:
    times = [start_ms, start_ms + MINUTE_MS]
    gas = {"gas_p60_gwei": [50.0, 300.0], "gas_p90_gwei": [60.0, 400.0], "waiting": [1, 2]}
    low = {"gas_p60_gwei": [0.0, 0.0], "gas_p90_gwei": [0.0, 0.0], "waiting": [0, 0]}
    true = {"true_price": [100.0, 100.0]}
    return {
        "a": ChainCourse(time_ms=times, answer=[90.0, 125.0], lag_s=[10.0, 6000.0], **gas, **true),
        "b": ChainCourse(time_ms=times, answer=[101.0, 100.0], lag_s=[1.0, 2.0], **low, **true),
    }


def test_the_volatility_of_the_market_stands_below_the_price(view: RunView) -> None:
    drawn = market.prices(view).sheet["data"][-1]
    level = view.outcome.engine.auctioneer.world.truth.level

    assert drawn["y"] == [round(100 * level.at(time_ms), 1) for time_ms in market._grid(view)]
