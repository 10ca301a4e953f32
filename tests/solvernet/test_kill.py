"""A venue and a chain of the calm day die: trading goes on, and little more than their share is lost.

Twenty seeds of every part are a proof of their own.
"""

import pytest

from tests.solvernet.kills import PARTS, Kill, kills

SEED, MINUTES = 1, 15
TOLERANCE = 0.10
CHOSEN = ("amm.rollup", "ethereum")


@pytest.fixture(scope="module")
def deaths() -> dict[str, Kill]:
    chosen = [part for part in PARTS if part[2] in CHOSEN]
    return {death.part: death for death in kills(SEED, MINUTES, chosen)}


@pytest.mark.parametrize("part", CHOSEN)
def test_trading_goes_on_when_a_part_dies(part: str, deaths: dict[str, Kill]) -> None:
    death = deaths[part]

    assert death.share > 0
    assert death.left > 0
    assert death.still_used == 0
    assert death.loss <= death.own_share + TOLERANCE
