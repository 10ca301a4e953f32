import pytest

from auction.breaker import FIRST_MS, Breaker

QUARTER_HOUR_MS = 900_000


def test_nobody_is_suspended_without_a_fault() -> None:
    assert not Breaker().is_suspended("solver", 0)


def test_a_fault_suspends_for_a_quarter_of_an_hour() -> None:
    breaker = Breaker()

    until_ms = breaker.fault("solver", 1000)

    assert until_ms == 1000 + QUARTER_HOUR_MS
    assert [breaker.is_suspended("solver", t) for t in (1000, until_ms - 1, until_ms)] == [True, True, False]


def test_each_further_fault_doubles_the_time_up_to_thirty_two_hours() -> None:
    breaker, now_ms, lengths = Breaker(), 0, []
    for _ in range(10):
        until_ms = breaker.fault("solver", now_ms)
        lengths.append((until_ms - now_ms) // FIRST_MS)
        now_ms = until_ms

    assert lengths == [1, 2, 4, 8, 16, 32, 64, 128, 128, 128]
    assert 128 * FIRST_MS == 32 * 3_600_000


@pytest.mark.parametrize("later_ms", [0, 1, FIRST_MS - 1])
def test_faults_found_during_a_suspension_add_nothing(later_ms: int) -> None:
    breaker = Breaker()
    until_ms = breaker.fault("solver", 0)

    assert breaker.fault("solver", later_ms) == until_ms
    assert breaker.fault("solver", until_ms) == until_ms + 2 * FIRST_MS


def test_solvers_answer_each_for_itself() -> None:
    breaker = Breaker()
    breaker.fault("a", 0)

    assert not breaker.is_suspended("b", 0)
    assert breaker.fault("b", 10) == 10 + FIRST_MS
