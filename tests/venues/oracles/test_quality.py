from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from intents.assets import PRICE_UNIT
from tests.venues.small_world import FEED, L1, L2, MINUTE_MS, OSM_STEPS, START_MS, make_world, truth
from venues.chain_state import Answer, ChainState
from venues.chains.produced import Produced
from venues.oracles.osm import SecurityModule
from venues.oracles.quality import Quality, Watch, quality
from venues.world import World

FLAT = truth(140.0)
WATCH = Watch(since_ms=START_MS, until_ms=START_MS + 4_000, step_ms=1_000)


def _answer(price: float, time_ms: int, observed_ms: int) -> Answer:
    return Answer(round(price * PRICE_UNIT), START_MS + time_ms, START_MS + observed_ms)


def test_a_feed_is_judged_by_the_answer_in_force() -> None:
    answers = [_answer(126, -1_000, -3_000), _answer(140, 2_000, 1_500)]

    assert quality(answers, FLAT, WATCH, cost_wei=5) == Quality(
        updates=1,
        mean_staleness_ms=(3_000 + 4_000 + 500 + 1_500) // 4,
        worst_staleness_ms=4_000,
        mean_error_ppm=50_000,
        worst_error_ppm=100_000,
        cost_wei=5,
    )


def test_what_is_not_in_force_yet_is_not_judged() -> None:
    assert quality([_answer(140, 4_000, 4_000)], FLAT, WATCH) is None


@given(
    st.lists(st.tuples(st.integers(1, 1_000), st.integers(0, 5_000), st.integers(100, 200)), min_size=1, max_size=20)
)
def test_the_mean_never_exceeds_the_worst(steps: list[tuple[int, int, int]]) -> None:
    answers, time_ms = [], -1_000
    for elapsed, age, price in steps:
        time_ms += elapsed
        answers.append(_answer(price, time_ms, time_ms - age))

    found = quality(answers, FLAT, WATCH)

    if found is not None:
        assert 0 <= found.mean_staleness_ms <= found.worst_staleness_ms
        assert 0 <= found.mean_error_ppm <= found.worst_error_ppm


class _Clerk:
    """Keeps the answers of both chains, and what they cost."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {L1: [], L2: []}
        self.cost_wei = dict.fromkeys((L1, L2), 0)

    def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:
        for receipt in produced.receipts:
            if receipt.sender in {"feed", "osm"}:
                self.cost_wei[chain_id] += receipt.cost_wei
            if receipt.sender in {"feed", "osm"} and receipt.status == "success":
                self.answers[chain_id].append(world.state(chain_id).answer)


def test_a_module_that_waits_an_hour_is_further_from_a_falling_market_than_a_median() -> None:
    module = SecurityModule(name="osm", chain=L1, steps=OSM_STEPS)
    world = make_world(inhabitants=(replace(FEED), module), market=truth(140.0, 136.0, 138.0, 130.0))
    clerk = _Clerk()
    clerk.answers = {name: [world.state(name).answer] for name in (L1, L2)}

    world.advance(START_MS + 90 * MINUTE_MS, [clerk])

    watch = Watch(since_ms=START_MS, until_ms=START_MS + 90 * MINUTE_MS, step_ms=10_000)
    slow, fast = (quality(clerk.answers[name], world.truth, watch, clerk.cost_wei[name]) for name in (L1, L2))
    assert slow is not None
    assert fast is not None
    assert fast.worst_error_ppm < 10_000 < slow.worst_error_ppm
    assert fast.worst_staleness_ms < slow.worst_staleness_ms
    assert fast.updates > slow.updates > 0
    assert min(fast.cost_wei, slow.cost_wei) > 0
