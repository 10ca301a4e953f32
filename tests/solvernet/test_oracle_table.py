"""What a run says of its feeds."""

from dataclasses import replace

import pytest

from solvernet.inline import InlineRun
from solvernet.oracle_record import OracleRecord
from solvernet.oracle_table import OracleLine, oracle_table
from tests.venues.small_world import FEED_RULES
from venues.chains.produced import Produced


@pytest.fixture(scope="module")
def lines(inline_run: InlineRun) -> dict[str, OracleLine]:
    engine = inline_run.engine
    found = oracle_table(engine.name.scenario, engine.name.window, engine.oracle_record, engine.auctioneer.world.truth)
    return {line.feed: line for line in found}


def test_every_feed_has_its_line_in_the_order_of_the_scenario(lines: dict[str, OracleLine]) -> None:
    assert [(line.feed, line.kind, line.chain) for line in lines.values()] == [
        ("maker", "security_module", "ethereum"),
        ("median", "median", "rollup"),
    ]


def test_the_module_is_an_hour_old_or_more_and_the_median_is_not(lines: dict[str, OracleLine]) -> None:
    assert lines["maker"].staleness_s_mean > 3_600
    assert lines["median"].staleness_s_worst <= FEED_RULES.heartbeat_ms / 1000 + 60


def test_a_median_that_reports_by_half_a_per_cent_is_not_much_further_off(lines: dict[str, OracleLine]) -> None:
    line = lines["median"]

    assert 0 < line.error_percent_mean <= line.error_percent_worst < 0.8


def test_what_the_feeds_paid_is_what_left_their_wallets(inline_run: InlineRun, lines: dict[str, OracleLine]) -> None:
    world, record = inline_run.engine.auctioneer.world, inline_run.engine.oracle_record
    for feed, chain in (("maker", "eip155:1"), ("median", "eip155:901")):
        spent = 10_000 * 10**18 - world.state(chain).wallets[f"oracle.{feed}"]
        # What was paid before the window, in the warm-up, is not the run's.
        assert 0 < sum(receipt.cost_wei for receipt in record.courses[feed].receipts) <= spent
        assert (lines[feed].cost_usd > 0) == (lines[feed].updates > 0)


def test_answers_that_came_into_force_are_counted_once(inline_run: InlineRun, lines: dict[str, OracleLine]) -> None:
    course = inline_run.engine.oracle_record.courses["median"]
    window = inline_run.engine.name.window

    inside = [answer for answer in course.answers if window.start <= answer.time_ms < window.end]
    assert lines["median"].updates == len(inside)
    assert lines["median"].refused == 0


def test_an_answer_in_a_block_that_a_reorganisation_undid_is_forgotten(inline_run: InlineRun) -> None:
    world = inline_run.engine.auctioneer.world
    record = OracleRecord(inline_run.engine.name.scenario, world)
    receipt = inline_run.engine.oracle_record.courses["median"].receipts[0]
    summary, again = world.chain("eip155:901").recent[-1], replace(receipt, price_wei=7)

    record.on_block(world, "eip155:901", Produced(summary, (receipt,), ()))
    record.on_block(world, "eip155:901", Produced(summary, (again,), (), undone=(receipt,)))

    assert record.courses["median"].receipts == [again]
