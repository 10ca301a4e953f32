"""Feeds tried on a scenario's market and chains, each alone, without users or auctions.

A chain has one answer in force, so each feed lives through the window in a world of its own: the same prices, blocks
and demand for space, and the same arbitrage that keeps pools in line.
"""

from pathlib import Path

from solvernet.build import build_world
from solvernet.errors import InvalidScenarioError
from solvernet.oracle_record import OracleRecord
from solvernet.oracle_table import OracleLine, oracle_table
from solvernet.scenario import Scenario, parse_scenario, scenario_text
from solvernet.scenario_parts import Window


def with_feeds(name: str, path: Path | None) -> Scenario:
    """Return a scenario with the feeds of a file, in sections `[oracles.NAME]`, beside its own.

    Raises:
        SolvernetError: if the scenario does not exist, the file cannot be read, or the two do not go together.
    """
    text = scenario_text(name)
    if path is None:
        return parse_scenario(text, name)
    try:
        more = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidScenarioError(str(path), f"cannot be read: {error}") from None
    return parse_scenario(f"{text}\n{more}", f"{name} with {path}")


def tried(scenario: Scenario, window: Window, seed: int) -> tuple[OracleLine, ...]:
    """Return how good each feed of a scenario is when it alone reports to its chain."""
    lines: list[OracleLine] = []
    for name, part in scenario.oracles.items():
        elsewhere = {other: each for other, each in scenario.oracles.items() if each.chain != part.chain}
        alone = scenario.model_copy(
            update={"oracles": elsewhere | {name: part}, "attackers": {}, "security": None, "faults": ()}
        )
        world = build_world(alone, seed, window.start, {})
        record = OracleRecord(alone, world)
        world.advance(window.end, [record])
        lines += [line for line in oracle_table(alone, window, record, world.truth) if line.feed == name]
    return tuple(lines)
