"""A thousand injected failures: the right cause is named, no honest solver is punished, and no breach is excused."""

import json
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from tests.auction.attribution_trial import Row, confusion, tried
from tests.auction.injections import injections

RESULTS = Path(__file__).parents[2] / "docs" / "results" / "attribution.json"
COUNT = 1_100
LEAST_RIGHT = 0.98


def by_kind(rows: list[Row]) -> dict[str, dict[str, int]]:
    """Return how many of each kind there were, with how many breaches, and how many were judged rightly."""
    found: dict[str, Counter[str]] = {}
    for row in rows:
        counts = found.setdefault(row.kind, Counter(injected=0, breaches=0, right=0))
        counts.update(injected=1, breaches=bool(row.breach), right=row.is_right)
    return {kind: dict(counts) for kind, counts in sorted(found.items())}


@pytest.mark.proof
def test_a_thousand_injected_failures_are_attributed() -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        rows = list(pool.map(tried, injections(COUNT), chunksize=20))

    failed = [row for row in rows if row.truth != "delivered"]
    right = sum(row.found == row.truth for row in failed)
    result = {
        "injections": COUNT,
        "failures": len(failed),
        "right_cause": right,
        "right_in_every_respect": sum(row.is_right for row in rows),
        "honest_slashed": sum(row.honest_slashed for row in rows),
        "breaches": sum(bool(row.breach) for row in rows),
        "breaches_excused": sum(row.excused for row in rows),
        "breaches_that_made_the_difference": sum(bool(row.breach) and row.would_land for row in rows),
        "confusion": confusion(rows),
        "by_kind": by_kind(rows),
        "wrong": [[row.kind, row.breach, row.where, row.seed, row.detail] for row in rows if not row.is_right],
    }
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    assert len(failed) >= 1_000
    assert right >= LEAST_RIGHT * len(failed)
    assert [row for row in rows if row.honest_slashed] == []
    assert [row for row in rows if row.excused] == []
