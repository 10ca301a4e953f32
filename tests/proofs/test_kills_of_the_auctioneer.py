"""Three hundred runs over three scenarios whose auctioneer is killed at a random instant, and which go on."""

import json
import shutil
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from solvernet.replay import replay
from tests.solvernet.killed_runs import FAULTS, Death, Whole, cut_text, died, resumed, whole
from venues.seeds import generator

RESULTS: Final = Path(__file__).parents[2] / "docs" / "results" / "recovery.json"
KILLS: Final = 300
AT_ONCE: Final = 3
"""Runs side by side."""

SEED: Final = 20200312
LATEST: Final = 0.9
"""Last instant of the clock at which a run is killed, as a part of the time an undisturbed one took."""

Row = dict[str, str | int | float | bool]


def death_of(number: int, attempt: int, run: Whole) -> Death:
    """Return how the run of a number dies: by the clock, at a commit, or at a receipt, in turn."""
    rng = generator(SEED, "death", number, attempt)
    how = number // len(FAULTS) % 3
    if how == 0:
        return Death(how="clock", at=round(float(rng.uniform(0, LATEST * run.seconds)), 3))
    if how == 1:
        place = ("before", "inside", "after")[int(rng.integers(3))]
        return Death(how="commit", at=int(rng.integers(1, run.commits)), place=place)  # type: ignore[arg-type]
    place = ("before", "after")[int(rng.integers(2))]
    return Death(how="receipt", at=int(rng.integers(1, run.receipts + 1)), place=place)  # type: ignore[arg-type]


def row_of(number: int, folder: Path, runs: Mapping[str, Whole]) -> Row:
    """Return what came of one death; a run that ended before it was killed is tried again."""
    scenario = list(FAULTS)[number % len(FAULTS)]
    run, attempt = runs[scenario], 0
    place = folder / str(number)
    while not died(folder / f"{scenario}.toml", place, death := death_of(number, attempt, run)):
        shutil.rmtree(place)
        attempt += 1
    found = resumed(place)
    shutil.rmtree(place)
    row: Row = {"scenario": scenario, **asdict(death), **asdict(found)}
    return row | {"fingerprint": found.fingerprint == run.fingerprint}


def write(rows: list[Row], runs: Mapping[str, Whole]) -> None:
    """Write what was found so far."""
    result = {
        "kills": len(rows),
        "by_scenario": dict(Counter(str(row["scenario"]) for row in rows)),
        "by_kind": dict(Counter(f"{row['how']} {row['place']}" for row in rows)),
        "same_fingerprint": sum(bool(row["fingerprint"]) for row in rows),
        "receipts_before_death": sum(int(row["receipts"]) for row in rows),
        **{name: sum(int(row[name]) for row in rows) for name in ("lost", "doubled", "open_locks", "unbalanced")},
        "undisturbed": {name: asdict(run) for name, run in runs.items()},
    }
    text = json.dumps(result, indent=1)
    lines = ",\n".join("  " + json.dumps(row) for row in rows)
    RESULTS.write_text(f'{text[:-2]},\n "rows": [\n{lines}\n ]\n}}\n', encoding="utf-8")


@pytest.mark.proof
def test_whenever_the_auctioneer_dies_its_run_goes_on_as_if_nothing_had_happened(tmp_path: Path) -> None:
    runs = {}
    for scenario in FAULTS:
        text = tmp_path / f"{scenario}.toml"
        text.write_text(cut_text(scenario), encoding="utf-8")
        runs[scenario] = whole(text, tmp_path / f"{scenario}-whole")
        assert replay(tmp_path / f"{scenario}-whole").difference is None

    rows: list[Row] = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        tasks = [pool.submit(partial(row_of, number, tmp_path, runs)) for number in range(KILLS)]
        for task in as_completed(tasks):
            rows.append(task.result())
            write(rows, runs)

    assert len(rows) == KILLS
    assert [row for row in rows if row["lost"] or row["doubled"] or row["open_locks"] or row["unbalanced"]] == []
    assert [row for row in rows if not row["fingerprint"]] == []
