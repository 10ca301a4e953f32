"""Inclusion foretold on the load of 12 March, and what came of it."""

from dataclasses import replace

import pytest

from solvernet.inclusion_coverage import Probe, coverage
from solvernet.timelocks import HOUR_MS, MIDNIGHT_MS, l1_probes, senders

NOON_MS = MIDNIGHT_MS + 12 * HOUR_MS


@pytest.fixture(scope="module")
def spike() -> tuple[Probe, ...]:
    """Probes of four hours at the spike, sent by somebody who follows the policy."""
    return l1_probes(senders()["follows the policy"], 7, NOON_MS + 4 * HOUR_MS, NOON_MS - 2 * HOUR_MS)


def test_nearly_all_land_within_the_time_foretold(spike: tuple[Probe, ...]) -> None:
    """Of about 200 probes two are expected to be late; six would be more than three errors too many."""
    found = coverage(spike, NOON_MS, NOON_MS + 4 * HOUR_MS)

    assert found.probes > 180
    assert found.covered >= 1 - 6 / found.probes


def test_what_is_foretold_is_not_far_above_what_happens(spike: tuple[Probe, ...]) -> None:
    found = coverage(spike, NOON_MS, NOON_MS + 4 * HOUR_MS)

    assert found.foretold_s < 2 * found.waited_s
    assert found.foretold_s < 180


def test_who_does_not_raise_waits_longer(spike: tuple[Probe, ...]) -> None:
    """The more than two minutes are on 12 March, 12 to 16 hours; prices rise under the sender's hands."""
    frugal = l1_probes(senders()["never raises, offers a fifth less"], 7, NOON_MS + 4 * HOUR_MS, NOON_MS - 2 * HOUR_MS)

    theirs, mine = (coverage(found, NOON_MS, NOON_MS + 4 * HOUR_MS) for found in (frugal, spike))

    assert theirs.waited_s > 2 * mine.waited_s
    assert theirs.longest_foretold_s > 2 * mine.longest_foretold_s


PROBE = Probe(sent_ms=1_000, price_wei=3 * 10**9, foretold_ms=60_000, waited_ms=60_000)


def test_coverage_counts_who_still_waits_as_late() -> None:
    found = coverage([PROBE, replace(PROBE, waited_ms=60_001), replace(PROBE, waited_ms=None)], 0, 100_000)

    assert (found.probes, found.covered, found.price_gwei) == (3, 0.3333, 3.0)
    assert (found.foretold_s, found.waited_s) == (60.0, 99.0)


def test_only_the_stretch_counts() -> None:
    assert coverage([PROBE, replace(PROBE, sent_ms=5_000)], 0, 5_000).probes == 1
    with pytest.raises(ValueError, match="no probe"):
        coverage([PROBE], 2_000, 5_000)
