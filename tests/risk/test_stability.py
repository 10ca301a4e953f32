"""The stability measure: shares of weight, and the layer that answers for what was lost."""

from hypothesis import given
from hypothesis import strategies as st

from intents.lifecycle import LAYER_OF_CAUSE, Cause
from risk.stability import CLASSES, LAYERS, Operation, measure


def operation(kind: str, weight: int, good: int, cause: Cause | None = None) -> Operation:
    return Operation(kind=kind, name="x", due_ms=0, weight=weight, good=good, cause=cause)  # type: ignore[arg-type]


def test_a_class_is_good_weight_over_due_weight() -> None:
    found = measure([operation("exercise", 300, 300), operation("exercise", 100, 0, Cause.LATE)])

    assert found.classes["exercise"].ees == 0.75


def test_a_class_with_nothing_due_has_no_figure() -> None:
    found = measure([operation("exercise", 300, 300)])

    assert found.classes["liquidation"].ees is None
    assert found.minimum == 1.0


def test_the_minimum_is_the_class_that_breaks_and_not_the_mean() -> None:
    found = measure([operation("exercise", 10**9, 10**9), operation("oracle_update", 100, 40, Cause.STALE)])

    assert found.minimum == 0.4


def test_a_layer_answers_only_for_its_own_causes() -> None:
    lost = [
        operation("intent_settlement", 100, 70, Cause.LATE),
        operation("intent_settlement", 100, 50, Cause.SLIPPAGE),
    ]

    layers = measure(lost).layers

    assert layers["consensus"] == 1 - 30 / 200
    assert layers["microstructure"] == 1 - 50 / 200
    assert layers["oracle"] == 1.0


def test_a_user_who_cancels_counts_against_no_layer() -> None:
    layers = measure([operation("intent_settlement", 100, 0, Cause.CANCELLED)]).layers

    assert set(layers.values()) == {1.0}


operations = st.lists(
    st.builds(
        lambda kind, weight, share, cause: operation(
            kind, weight, weight * share // 100, cause if share < 100 else None
        ),
        st.sampled_from(CLASSES),
        st.integers(1, 10**12),
        st.integers(0, 100),
        st.sampled_from(sorted(c for c in Cause if LAYER_OF_CAUSE[c] != "user")),
    ),
    min_size=1,
)


@given(operations)
def test_no_layer_is_worse_than_the_worst_class(found: list[Operation]) -> None:
    measured = measure(found)

    assert measured.minimum is not None
    assert all(share is not None and share >= measured.minimum - 1e-12 for share in measured.layers.values())
    assert set(measured.layers) == set(LAYERS)


@given(operations)
def test_what_was_lost_to_causes_is_what_was_not_good(found: list[Operation]) -> None:
    measured = measure(found)

    assert sum(measured.causes.values()) == sum(o.weight - o.good for o in found)
