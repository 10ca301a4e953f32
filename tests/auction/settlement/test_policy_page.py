"""The published policy says what the code does."""

import re
from pathlib import Path

from auction.bonds import REDUCED_SLASH_PERCENT, slash
from auction.breaker import FIRST_MS, MOST_DOUBLINGS
from auction.settlement.attribution import CAUSES
from intents.lifecycle import Cause
from solvernet.scenario import parse_scenario, scenario_text

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "settlement-policy.md").read_text(encoding="utf-8")


def cells(title: str) -> list[list[str]]:
    """Return the rows of all tables under a heading, without their heads."""
    section = PAGE.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row, after in zip(rows, [*rows[1:], []], strict=True) if not _rule(row) and not _rule(after)]


def _rule(row: list[str]) -> bool:
    return bool(row) and set("".join(row)) <= set("-")


def test_the_numbers_are_those_of_the_scenario_that_the_page_names() -> None:
    policy = parse_scenario(scenario_text("black-thursday-v1"), "black-thursday-v1").policy
    rows = [row for row in cells("What to send, at which price, by when") if len(row) == 3]
    said = {name: row[1] for row in rows for name in re.findall(r"`(\w+)`", row[2])}

    assert f"{policy.send_window_s:g} s" in said["send_window_s"]
    assert f"quantile {policy.quantile:g}" in said["quantile"]
    assert f"last {policy.window_blocks} blocks" in said["window_blocks"]
    assert f"times {policy.premium_percent} %" in said["premium_percent"]
    assert f"{policy.base_fee_headroom_percent} % of the base fee" in said["base_fee_headroom_percent"]
    assert f"tip of {policy.tip_gwei:g} gwei" in said["tip_gwei"]
    assert f"each {policy.bump_after_blocks} blocks" in said["bump_after_blocks"]
    assert f"{policy.cap_percent} % of the first offer" in said["cap_percent"]
    assert f"{policy.inclusion_p99_s:g} s of inclusion" in said["inclusion_p99_s"]


def test_every_field_of_the_policy_is_on_the_page() -> None:
    policy = parse_scenario(scenario_text("black-thursday-v1"), "black-thursday-v1").policy

    for name in set(type(policy).model_fields) - {"delivery_window_s", "claim_window_s", "inclusion"}:
        assert f"`{name}`" in PAGE, name
    assert f"| {policy.delivery_window_s:g} s after the award |" in PAGE
    assert f"| {policy.claim_window_s:g} s after the award," in PAGE
    assert f"(`lock_level`) | {policy.delivery_window_s:g}" in PAGE
    assert f"`{policy.lock_level}` at home" in PAGE


def test_what_is_taken_of_a_bond_is_what_the_table_says() -> None:
    taken = {(row[0], row[1]): row[3] for row in cells("The verdict")}

    assert taken["yes", "yes"] == f"{slash(100, but_for=True)} %"
    assert taken["yes", "no"] == f"{REDUCED_SLASH_PERCENT} %"
    assert taken["no", ""] == "0 %"


def test_suspensions_are_as_long_as_the_page_says() -> None:
    assert f"{FIRST_MS // 60_000}\nminutes the first time" in PAGE
    assert f"{FIRST_MS * 2**MOST_DOUBLINGS // 60_000} minutes at most" in PAGE


def test_every_cause_that_a_verdict_can_have_is_listed_once() -> None:
    listed = [row[0].strip("`") for row in cells("The causes")]

    assert sorted(listed) == sorted({*map(str, CAUSES.values()), str(Cause.REVERTED), str(Cause.SOLVER_FAULT)})
