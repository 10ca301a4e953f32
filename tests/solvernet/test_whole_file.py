"""A file is written whole or not at all."""

import resource
from pathlib import Path

import pytest

from solvernet.errors import SolvernetError
from solvernet.whole_file import write_whole


def test_a_text_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    path.write_text("old")

    write_whole(path, "{}\n")

    assert path.read_bytes() == b"{}\n"
    assert [each.name for each in tmp_path.iterdir()] == ["summary.json"]


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(SolvernetError, match=r"report\.html cannot be written: File too large"):
            write_whole(path, "x" * 5000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["report.html"]
