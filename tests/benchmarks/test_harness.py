"""Rows of benchmarks, and what `make bench` shows and keeps of them."""

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks import __main__, harness
from benchmarks.harness import Row, lines, skipped


def test_a_row_says_ours_the_peer_and_the_ratio() -> None:
    (line,) = lines([Row("adds", 3.0, 2.0, 1.5, "a second; peer: a list")])

    assert " ".join(line.split()) == "adds ours 3 peer 2 ratio 1.5 a second; peer: a list"


def test_what_was_not_measured_has_no_figure() -> None:
    row = skipped("adds", "there is no list")

    assert (row.ours, row.peer, row.ratio) == (None, None, None)
    assert " ".join(lines([row])[0].split()) == "adds ours - peer - ratio - SKIPPED: there is no list; no figure"


def test_all_benchmarks_together_print_their_tables_and_keep_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    one = ModuleType("benchmarks.one")
    one.measure = lambda quick: [Row("adds", 3.0, 2.0, 1.5, f"quick: {quick}")]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "benchmarks.one", one)
    monkeypatch.setattr(__main__, "NAMES", ["one"])
    monkeypatch.setattr(harness, "RESULTS", tmp_path)
    monkeypatch.setattr("sys.argv", ["benchmarks", "--quick"])

    __main__.main()

    table, kept = capsys.readouterr().out, json.loads((tmp_path / "one.json").read_text())
    assert "adds" in table
    assert "quick: True" in table
    assert kept["rows"] == [{"name": "adds", "ours": 3.0, "peer": 2.0, "ratio": 1.5, "note": "quick: True"}]
