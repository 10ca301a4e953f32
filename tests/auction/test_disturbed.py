"""Whatever goes wrong and in whatever order: no unit is lost or made, and nobody pays for what they did not get."""

from typing import Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.auction.court import Court
from tests.auction.disturbed import Award, awards, live_through, paid, received, schedules
from tests.venues.calls.stage import dollars
from tests.venues.small_world import L1, L2
from venues.faults import Fault

PRICE: Final = dollars(11)
"""Of each fill."""


def bodies(here: Court, kind: str) -> list[dict[str, object]]:
    """Return the bodies of all events of a kind, and leave them in the journal."""
    return [e.body for e in here.journal._events if e.kind == kind and isinstance(e.body, dict)]


def check(faults: tuple[Fault, ...], due: list[Award], *, proves: bool) -> int:
    """Do nothing if everything holds that must; return the number of blocks that were looked at."""
    here, keeper = live_through(faults, due, proves=proves)
    assert keeper.wrong == []
    locks_undone = any((b["step"], b["what"]) == ("lock", "undone") for b in bodies(here, "step"))
    owed = PRICE * received(here)
    assert paid(here) <= owed if locks_undone else paid(here) == owed
    assert all(lock.state != "locked" for lock in here.world.state(L1).escrow.locks.values())
    assert here.executor.is_idle()
    walked = {f"fill{n}" for n, award in enumerate(sorted(due, key=lambda each: each.second)) if award.walks}
    judged = {str(b["fill_id"]): b for b in bodies(here, "fill.failed")}
    assert walked <= set(judged)
    for fill, body in judged.items():
        assert (body["responsible"] == "solver") == (fill in walked)
        assert fill in walked or body["slashed"] == "0"
    return keeper.blocks


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(faults=schedules(), due=awards(), proves=st.booleans())
def test_no_unit_is_lost_and_nobody_pays_for_nothing(
    faults: tuple[Fault, ...], due: list[Award], *, proves: bool
) -> None:
    assert check(faults, due, proves=proves) > 0


def test_an_undisturbed_world_delivers_every_fill() -> None:
    here, keeper = live_through((), [Award(0, L1, walks=False), Award(60, L2, walks=False)], proves=True)

    assert (received(here), paid(here)) == (2, 2 * PRICE)
    assert keeper.blocks > 8_000
