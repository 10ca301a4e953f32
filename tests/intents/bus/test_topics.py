from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.bus.filters import check_filter, check_topic, matches
from intents.bus.topics import Topics, check_name
from intents.errors import InvalidTopicError

TOPICS = Topics("run-1")
NAMES = st.from_regex(r"[-_a-zA-Z0-9]{1,64}", fullmatch=True)
OF_A_CLIENT: list[Callable[[str], str]] = [TOPICS.submit, TOPICS.cancel, TOPICS.receipts]
OF_A_SOLVER: list[Callable[[str], str]] = [
    TOPICS.solver_hello,
    TOPICS.bids,
    TOPICS.awards,
    TOPICS.decisions,
    TOPICS.notices,
    TOPICS.solver_receipts,
]
BAD_NAMES = ["", "+", "#", "a/b", "a+", "a b", "ä", "a\n", "x" * 65, "$SYS", "a\0"]


@given(NAMES)
def test_client_is_found_again_in_each_of_its_topics(name: str) -> None:
    assert {TOPICS.client_in(make(name)) for make in OF_A_CLIENT} == {name}


@given(NAMES)
def test_solver_is_found_again_in_each_of_its_topics(name: str) -> None:
    assert {TOPICS.solver_in(make(name)) for make in OF_A_SOLVER} == {name}


@pytest.mark.parametrize("name", BAD_NAMES)
def test_names_that_would_change_the_meaning_of_a_topic_are_refused(name: str) -> None:
    for use in (Topics, check_name, *OF_A_CLIENT, *OF_A_SOLVER):
        with pytest.raises(InvalidTopicError):
            use(name)


@pytest.mark.parametrize("intent_id", ["", "+", "a" * 63, "A" * 64, "a" * 64 + "\n"])
def test_intent_topics_take_nothing_but_an_intent_id(intent_id: str) -> None:
    with pytest.raises(InvalidTopicError, match="intent id"):
        TOPICS.intent_events(intent_id)


def test_all_topics_of_a_run_are_different_and_below_its_prefix() -> None:
    made = [make("x") for make in (*OF_A_CLIENT, *OF_A_SOLVER)]
    made += [TOPICS.announce, TOPICS.intent_events("a" * 64)]

    assert len(set(made)) == len(made)
    assert all(check_topic(topic).startswith("solvernet/run-1/") for topic in made)


@pytest.mark.parametrize(
    ("pattern", "make"),
    [
        (TOPICS.all_submissions, TOPICS.submit),
        (TOPICS.all_cancellations, TOPICS.cancel),
        (TOPICS.all_bids, TOPICS.bids),
        (TOPICS.all_decisions, TOPICS.decisions),
        (TOPICS.all_hellos, TOPICS.solver_hello),
    ],
)
def test_filter_of_the_auctioneer_covers_its_kind_of_topic_and_no_other(
    pattern: str, make: Callable[[str], str]
) -> None:
    covered = [other("x") for other in (*OF_A_CLIENT, *OF_A_SOLVER) if matches(check_filter(pattern), other("x"))]

    assert covered == [make("x")]
    assert not matches(pattern, make("x").replace("run-1", "run-2"))


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "alice/submit",
        "solvernet/run-1/users",
        "solvernet/run-1/users/alice",
        "solvernet/run-1/users/alice/",
        "solvernet/run-1/users//submit",
        "solvernet/run-1/users/alice/submit/more",
        "solvernet/run-2/users/alice/submit",
        "solvernet/run-1/solvers/alice/bids",
        "x/solvernet/run-1/users/alice/submit",
    ],
)
def test_topic_that_is_not_a_clients_has_no_client_in_it(topic: str) -> None:
    with pytest.raises(InvalidTopicError, match="users/NAME"):
        TOPICS.client_in(topic)
