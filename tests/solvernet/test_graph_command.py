import json
from dataclasses import replace
from pathlib import Path

import networkx as nx
import pytest
from immutables import Map

from solvernet.cli.app import run_app
from solvernet.graph_at import graph_at, instant
from solvernet.graph_picture import STATES, draw
from solvernet.scenario import Scenario, parse_scenario, scenario_text
from tests.venues.bridges.stage import canonical, fast
from tests.venues.small_world import L1, L2, amm, chain_state
from venues.graph import LiquidityGraph
from venues.graph_export import described
from venues.snapshot import Snapshot, view_chain

AT = "2020-03-12T15:00"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return parse_scenario(scenario_text("black-thursday-v1"), "black-thursday-v1")


@pytest.fixture(scope="module")
def found(scenario: Scenario) -> LiquidityGraph:
    return graph_at(scenario, 7, instant(AT))


def test_an_instant_without_a_time_zone_is_utc() -> None:
    assert instant(AT) == instant("2020-03-12T15:00Z") == instant("2020-03-12T16:00+01:00") == 1_584_025_200_000


def test_a_picture_is_drawn(found: LiquidityGraph, tmp_path: Path) -> None:
    draw(found, {"eip155:1": "ethereum"}, "a day", tmp_path / "graph.png")

    assert (tmp_path / "graph.png").read_bytes().startswith(b"\x89PNG")


def test_a_drawing_names_chains_venues_and_what_they_trade(found: LiquidityGraph, tmp_path: Path) -> None:
    draw(found, {"eip155:1": "the slow one"}, "a day", tmp_path / "graph.svg")

    text = (tmp_path / "graph.svg").read_text(encoding="utf-8")
    assert all(
        f"<!-- {words} -->" in text for words in ("the slow one", "USDC", "ETH", "27MAR20", *found.snapshot.by_venue)
    )


def test_a_venue_that_does_not_trade_has_the_colour_of_its_state(found: LiquidityGraph, tmp_path: Path) -> None:
    chains = tuple(
        replace(view, venues=tuple(replace(venue, status="unavailable") for venue in view.venues))
        for view in found.snapshot.chains
    )

    draw(LiquidityGraph(replace(found.snapshot, chains=chains)), {}, "halted", tmp_path / "halted.svg")
    draw(found, {}, "open", tmp_path / "open.svg")

    halted, trading = ((tmp_path / name).read_text(encoding="utf-8") for name in ("halted.svg", "open.svg"))
    assert STATES["unavailable"] in halted
    assert "book.rollup (unavailable)" in halted
    assert STATES["unavailable"] not in trading


def test_json_holds_every_edge_with_its_depth_and_price(
    found: LiquidityGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert run_app(["graph", "black-thursday-v1", "--at", AT, "--out", "graph.json"]) == 0

    graph = nx.node_link_graph(json.loads((tmp_path / "graph.json").read_text()), edges="edges")
    assert graph.number_of_edges() == found.nx.number_of_edges()
    quotes = {
        (data["instrument"], side): edge["price"]
        for node, data in graph.nodes(data=True)
        for side in ("buy", "sell")
        for _, _, key, edge in (graph.in_edges if side == "buy" else graph.out_edges)(node, keys=True, data=True)
        if key == "pool.ethereum" and data["instrument"] == "ETH"
    }
    assert 130 < quotes["ETH", "sell"] < quotes["ETH", "buy"] < 150


def test_an_edge_is_as_deep_as_its_ladder(found: LiquidityGraph) -> None:
    edge = next(found.trades("ETH", "buy", "eip155:1"))
    ladder = found.ladder(edge)

    depth = described(found).edges["USDC@eip155:1", "ETH@eip155:1", edge.key]["depth"]

    assert depth == sum(step.quantity for step in ladder) / 10**18 > 0


def test_graphml_can_be_read_back(found: LiquidityGraph, tmp_path: Path) -> None:
    target = tmp_path / "graph.graphml"

    assert run_app(["graph", "black-thursday-v1", "--at", AT, "--out", str(target)]) == 0

    assert nx.read_graphml(target).number_of_nodes() == found.nx.number_of_nodes()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--at", "noon"], "'noon' is not an instant"),
        (["--at", "2021-01-01"], "runs from 2020-03-12T00:00 to 2020-03-14T00:00"),
        (["--at", AT, "--out", "graph.bmp"], "ends in none of .png"),
        (["--at", AT, "--out", "nowhere/graph.png"], "the folder nowhere is not there"),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str],
    complaint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)

    assert run_app(["graph", "black-thursday-v1", *arguments]) == 2

    said = capsys.readouterr().err
    assert complaint in said
    assert said.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_drawing_says_how_much_each_bridge_carries(tmp_path: Path) -> None:
    names = {L1: "ethereum", L2: "rollup"}
    ports = [
        port for chain in names for port in (replace(canonical(chain), id="own"), replace(fast(chain), id="quick"))
    ]
    views = []
    for chain in names:
        ends = Map({port.id: port for port in ports if port.chain == chain})
        views.append(view_chain(replace(chain_state(chain, amm(chain)), bridges=ends), 10**9, ()))

    draw(
        LiquidityGraph(Snapshot(time_ms=0, ether_price=1, chains=tuple(views))), names, "a day", tmp_path / "graph.svg"
    )

    text = (tmp_path / "graph.svg").read_text(encoding="utf-8")
    assert "own: no limit" in text
    assert "quick: $20,000" in text
