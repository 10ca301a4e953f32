"""What the remembered answers of an oracle tell of a barrier."""

from dataclasses import replace
from typing import Final

from intents.assets import PRICE_UNIT
from intents.options import parse_series
from tests.venues.small_world import L2, MINUTE_MS, chain_state
from venues.chain_state import Answer, ChainState
from venues.sightings import observed_by, touched_ms

SERIES: Final = parse_series("ETH-27MAR20-140-P-DI100")
AT_MS: Final = SERIES.expiry_ms


def answered(*answers: tuple[int, int]) -> ChainState:
    """Return a chain that remembers answers: milliseconds from the expiry, and dollars."""
    state = replace(chain_state(L2), answer=Answer(0, 0, 0))
    for ms, dollars in answers:
        state = state.with_answer(Answer(dollars * PRICE_UNIT, AT_MS + ms, AT_MS + ms))
    return state


def test_the_first_answer_that_touches_the_barrier_tells_when() -> None:
    state = answered((-3 * MINUTE_MS, 101), (-2 * MINUTE_MS, 100), (-MINUTE_MS, 90))

    assert touched_ms(state, SERIES) == AT_MS - 2 * MINUTE_MS


def test_an_answer_at_the_expiry_counts_and_one_after_it_does_not() -> None:
    assert touched_ms(answered((-MINUTE_MS, 120), (0, 99)), SERIES) == AT_MS
    assert touched_ms(answered((-MINUTE_MS, 120), (1, 99)), SERIES) is None


def test_an_option_is_not_brought_to_life_by_a_price_after_its_expiry() -> None:
    late, timely = answered((1, 99)), answered((0, 99))

    assert not observed_by(late, AT_MS, [SERIES]).lives(SERIES)
    assert observed_by(timely, AT_MS, [SERIES]).lives(SERIES)
