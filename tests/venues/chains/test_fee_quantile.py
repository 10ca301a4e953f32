from collections.abc import Callable
from dataclasses import replace
from typing import Any

from venues.chains.background import GWEI, DemandStep
from venues.chains.presets import ROLLUP_2S

QUIET = DemandStep(0, 0.0, 1.0, 0.1, (1.0, 0.0, 0.0, 0.0))
ROLLUP_FULL = DemandStep(0, 400.0, 0.05, 0.3, (0.0, 0.5, 0.5, 0.0))

Make = Callable[..., Any]


def test_the_fee_quantile_lies_among_the_recent_blocks_and_rises_with_the_quantile(make_chain: Make) -> None:
    chain = make_chain()
    recent = [chain.produce().summary.p60_wei for _ in range(40)][-20:]

    asked = [chain.fee_quantile(quantile, 20) for quantile in (0.0, 0.25, 0.5, 0.75, 1.0)]

    assert asked == sorted(asked)
    assert (asked[0], asked[-1]) == (min(recent), max(recent))


def test_the_fee_quantile_passes_over_empty_blocks(make_chain: Make) -> None:
    chain = make_chain()
    chain.produce()
    seen = chain.fee_quantile(0.5, 10)
    chain._demand = replace(chain._demand, steps=(QUIET,))
    for _ in range(300):
        chain.produce()

    assert chain.recent[-1].count == 0
    assert chain.fee_quantile(0.0, 256) > 0
    assert seen > 0


def test_the_fee_quantile_is_never_below_the_next_base_fee(make_chain: Make) -> None:
    chain = make_chain(ROLLUP_2S, step=ROLLUP_FULL)
    for _ in range(200):
        chain.produce()
        assert chain.fee_quantile(0.0, 200) >= chain.base_fee_wei


def test_before_the_first_block_the_fee_quantile_is_where_demand_starts(make_chain: Make) -> None:
    assert make_chain().fee_quantile(0.5, 10) == 100 * GWEI
    assert make_chain(ROLLUP_2S).fee_quantile(0.5, 10) == ROLLUP_2S.base_fee.minimum_wei
