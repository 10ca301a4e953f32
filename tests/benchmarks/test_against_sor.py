"""The router of Balancer as a peer: what is said where it cannot be had, and what it is asked."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from benchmarks.routing_network import sor
from benchmarks.routing_network.against_sor import against_sor
from benchmarks.routing_network.cow import sample


def test_without_node_its_row_says_why_and_has_no_figures(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    (row,) = against_sor(quick=True)

    assert (row.ours, row.peer, row.ratio) == (None, None, None)
    assert row.note == "SKIPPED: there is no node with npm on this machine; no figure"


@pytest.mark.parametrize("ended", ["failed", "late"])
def test_what_keeps_npm_from_its_work_is_the_reason(monkeypatch: pytest.MonkeyPatch, ended: str) -> None:
    def run(command: list[str], **_: Any) -> None:
        if ended == "late":
            raise subprocess.TimeoutExpired(command, 1)
        raise subprocess.CalledProcessError(1, command, stderr="npm notice\nnpm error code E404\n")

    monkeypatch.setattr(sor.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(sor.subprocess, "run", run)

    (row,) = against_sor(quick=True)

    told = {"failed": "npm failed: npm error code E404", "late": f"npm took more than {sor.INSTALL_S} s"}
    assert row.note == f"SKIPPED: {told[ended]}; no figure"


def test_it_is_asked_for_the_pools_of_the_auction_and_its_answer_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def ran(command: list[str], folder: str, given: str, seconds: int) -> str:
        assert Path(folder).is_dir()
        assert seconds > 0
        if not given:
            return ""
        asked.append(json.loads(given))
        pool = asked[0]["pools"][3]["id"]
        swap = {"pool": pool, "sold": "a", "bought": "b", "amount": "1"}
        return json.dumps([{"returned": str(7 * sor.UNIT), "swaps": [swap], "first_ms": 2.0, "later_ms": 1.0}])

    monkeypatch.setattr(sor.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(sor, "_ran", ran)

    (answer,) = sor.answers([sor.Trade(2.0, "WETH", "USDC", 4, 0.0125)])

    assert answer == sor.Answer(7.0, frozenset({3}), 2.0, 1.0)
    (question,) = asked
    assert len(question["pools"]) == len(sample()["pools"])
    assert question["trades"][0]["amount"] == str(2 * sor.UNIT)
    assert int(question["trades"][0]["gasPrice"]) * sor.SWAP_GAS == int(0.0125 * sor.UNIT)
    first, told = sample()["pools"][0], question["pools"][0]
    assert [float(token["balance"]) for token in told["tokens"]] == pytest.approx(first["reserves"])
    assert float(told["swapFee"]) == pytest.approx(1 - first["gamma"])
