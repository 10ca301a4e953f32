"""The published table is the one that is enforced."""

from pathlib import Path

from auction.sanctions.table import HOUR_MS, PENALTIES, Penalty

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "penalties.md").read_text(encoding="utf-8")


def length(ms: int) -> str:
    return f"{ms / HOUR_MS:g} h" if ms >= HOUR_MS else f"{ms // 60_000} min"


def kept_out(penalty: Penalty) -> str:
    longest = (
        f", doubled each time up to {length(penalty.lasts_ms * 2**penalty.doublings)}" if penalty.doublings else ""
    )
    return length(penalty.lasts_ms) + longest


def test_the_page_has_every_row_of_the_table() -> None:
    for code, penalty in PENALTIES.items():
        figures = ", ".join(f"`{name}`" for name in penalty.evidence)

        assert f"| `{code}` | {penalty.conduct} | {kept_out(penalty)} | {figures} |" in PAGE


def test_the_page_has_no_other_row() -> None:
    section = PAGE.split("## The table")[1].split("\n## ")[0]
    codes = [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]

    assert codes == list(PENALTIES)
