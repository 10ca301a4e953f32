"""Twenty seeds in which each venue, the bridge and each chain of calm-v1 dies at a random time: trading goes on."""

import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import mean

import pytest

from tests.solvernet.kills import PARTS, Kill, kills

RESULTS = Path(__file__).parents[2] / "docs" / "results" / "kill-v1.json"
SEEDS = range(1, 21)
MINUTES = 60
TOLERANCE = 0.10
"""What may be lost beyond the share of the dead part, the smaller one of its two."""


def summary_of(rows: list[Kill]) -> dict[str, object]:
    """Return what the death of each part costs over all seeds; the worst excess is over the smaller share."""
    found: dict[str, object] = {}
    for _, _, part in PARTS:
        own = [row for row in rows if row.part == part]
        found[part] = {
            "mean_share": round(mean(row.share for row in own), 4),
            "mean_own_share": round(mean(row.own_share for row in own), 4),
            "mean_loss": round(mean(row.loss for row in own), 4),
            "worst_excess_over_own_share": round(max(row.loss - row.own_share for row in own), 4),
            "worst_excess_over_share": round(max(row.loss - row.share for row in own), 4),
        }
    return found


@pytest.mark.proof
def test_whatever_dies_costs_at_most_its_share_and_ten_points() -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        rows = [row for found in pool.map(partial(kills, minutes=MINUTES), SEEDS) for row in found]

    result = {
        "scenario": "calm-v1",
        "minutes": MINUTES,
        "seeds": len(SEEDS),
        "tolerance": TOLERANCE,
        "summary": summary_of(rows),
        "rows": [asdict(row) for row in rows],
    }
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    assert [row for row in rows if row.loss > row.own_share + TOLERANCE] == []
    assert [row for row in rows if row.left <= 0 or row.still_used] == []
