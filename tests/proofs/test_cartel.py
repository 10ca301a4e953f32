"""Twenty seeds of cartel-v1: the colluding pair is found as dependence, and hardly anybody else is."""

import json
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from solvernet.engine import RunName
from solvernet.inline import open_inline
from solvernet.scenario import parse_scenario, scenario_hash, scenario_text

RESULTS = Path(__file__).parents[2] / "docs" / "results" / "cartel-v1.json"
SEEDS = range(1, 21)
PAIR = ["pine", "yew"]


def findings(seed: int) -> dict[str, object]:
    text = scenario_text("cartel-v1")
    scenario = parse_scenario(text, "cartel-v1")
    run = open_inline(RunName(scenario, scenario_hash(text), scenario.window, seed))
    run.drive()
    bodies = [event.body for event in run.events if event.kind == "conduct.finding" and isinstance(event.body, dict)]
    flagged = {" + ".join(pair): time_ms for pair, time_ms in run.engine.conduct.first_flagged_ms().items()}
    return {
        "seed": seed,
        "found": [{key: body[key] for key in ("pair", "verdict", "auctions", "log_e", "p_value")} for body in bodies],
        "ever_flagged": sorted(flagged),
        "auctions_until_flagged": _auctions(run.events, flagged.get(" + ".join(PAIR))),
    }


def _auctions(events: object, flagged_ms: int | None) -> int | None:
    """Return how many intents had been auctioned when the pair was first flagged."""
    if flagged_ms is None:
        return None
    count = 0
    for event in events:  # type: ignore[attr-defined]
        if event.kind == "round.benchmark" and event.time_ms <= flagged_ms:
            count += sum(found["cause"] is None for found in event.body["alone"].values())
    return count


@pytest.mark.proof
def test_the_pair_is_found_in_eighteen_of_twenty_seeds_and_others_in_at_most_one() -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        rows = list(pool.map(findings, SEEDS))

    pair_found = sum(any(item["pair"] == PAIR for item in row["found"]) for row in rows)  # type: ignore[attr-defined, index]
    others = sum(any(item["pair"] != PAIR for item in row["found"]) for row in rows)  # type: ignore[attr-defined, index]
    verdicts = {item["verdict"] for row in rows for item in row["found"]}  # type: ignore[attr-defined, index]
    summary = {
        "seeds": len(rows),
        "pair_found": pair_found,
        "seeds_with_another_pair": others,
        "verdicts": sorted(verdicts),
    }
    RESULTS.write_text(json.dumps({"summary": summary, "rows": rows}, indent=1) + "\n", encoding="utf-8")
    assert pair_found >= 18
    assert others <= 1
    assert verdicts == {"dependence"}
