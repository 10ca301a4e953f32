import base64
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from solvernet.report.html import render, write_report
from solvernet.summary import Outcome, Summary
from tests.solvernet.report.reading import Node, figure, parse

SIX_MB = 6 * 1024 * 1024
HOSTILE = '"><img src=x onerror=alert(1)></script><b>pwned</b>'


@pytest.fixture(scope="session")
def tree(page: str) -> Node:
    return parse(page)


def test_the_report_is_one_file_of_less_than_six_megabytes(tmp_path: Path, summary: Summary, outcome: Outcome) -> None:
    write_report(tmp_path / "report.html", summary, outcome)

    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").stat().st_size < SIX_MB


def test_the_same_run_gives_the_same_report(page: str, summary: Summary, outcome: Outcome) -> None:
    assert render(summary, outcome) == page


def test_headline_figures_are_those_of_the_summary(tree: Node, summary: Summary) -> None:
    glance = tree.by_id("glance")

    for key in ("intents", "filled_share", "cross_chain_fills", "surplus_usd"):
        assert glance.value(key) == getattr(summary, key)
    assert glance.value("minimum") == summary.stability.minimum


def test_the_fingerprint_is_shown_whole(tree: Node, summary: Summary) -> None:
    (shown,) = [node for node in tree.all("code") if node.attributes.get("data-key") == "fingerprint"]

    assert shown.text() == summary.fingerprint


def test_a_void_fingerprint_is_told(summary: Summary, outcome: Outcome) -> None:
    void = summary.model_copy(update={"fingerprint_valid": False})

    assert "void: a solver was killed by the clock" in render(void, outcome)


def test_the_whole_summary_is_in_the_page(tree: Node, summary: Summary) -> None:
    assert json.loads(tree.by_id("summary").text()) == json.loads(summary.model_dump_json())


def test_books_that_do_not_balance_are_told(summary: Summary, outcome: Outcome) -> None:
    lost = summary.model_copy(update={"money_out": summary.money_out | {"usdc": 1}})

    assert "the totals before and after differ" in render(lost, outcome)


def test_the_page_names_its_language_and_its_run(tree: Node, summary: Summary) -> None:
    (html,) = tree.all("html")

    assert html.attributes["lang"] == "en"
    assert summary.title in html.all("title")[0].text()
    assert [node.text() for node in html.all("h1")] == [summary.title]


def test_ids_are_unique_and_what_is_referred_to_exists(tree: Node) -> None:
    nodes = tree.everything()
    ids = [node.attributes["id"] for node in nodes if "id" in node.attributes]
    referred = {str(node.attributes["href"])[1:] for node in tree.all("a")}
    referred |= {str(node.attributes["aria-labelledby"]) for node in nodes if "aria-labelledby" in node.attributes}
    referred |= {str(node.attributes["data-plot"]) for node in nodes if "data-plot" in node.attributes}

    assert len(ids) == len(set(ids))
    assert referred <= set(ids)


def test_every_picture_is_described_for_those_who_cannot_see_it(tree: Node) -> None:
    boxes = [node for node in tree.everything() if node.attributes.get("class") == "plot"]

    assert len(boxes) == len(tree.all("figure")) > 0
    for box in boxes:
        assert box.attributes["role"] == "img"
        assert len(str(box.attributes["aria-label"])) > 40


def test_every_legend_names_traces_that_exist(tree: Node) -> None:
    for button in tree.all("button"):
        data = figure(tree, str(button.attributes["data-plot"]).removeprefix("plot-"))["data"]
        assert {int(i) for i in str(button.attributes["data-traces"]).split()} <= set(range(len(data)))


def test_every_axis_with_numbers_has_its_unit(tree: Node) -> None:
    for node in tree.all("figure"):
        layout = figure(tree, str(node.attributes["aria-labelledby"]).removeprefix("caption-"))["layout"]
        vertical = [axis for name, axis in layout.items() if name.startswith("yaxis") and "categoryarray" not in axis]
        units = [note["text"] for note in layout.get("annotations", []) if note["text"]]

        assert len(units) == len(vertical)
        assert layout["xaxis"].get("type") == "date" or layout["xaxis"]["title"]["text"]


def test_every_colour_that_is_used_is_in_the_style_sheet(tree: Node) -> None:
    style = tree.all("style")[0].text()
    light, dark = style.split("@media (prefers-color-scheme: dark)")
    figures = "".join(node.text() for node in tree.all("script") if node.attributes.get("type"))
    used = set(re.findall(r"var\((--[a-z0-9-]+)\)", figures)) | {
        name
        for node in tree.everything()
        for name in re.findall(r"var\((--[a-z0-9-]+)\)", node.attributes.get("style") or "")
    }

    assert {"--chain-1", "--solver-1", "--ink", "--state-filled"} <= used
    for name in used:
        assert f"{name}:" in light
        assert f"{name}:" in dark


def test_nothing_is_loaded_from_elsewhere(tree: Node) -> None:
    loading = {"src", "srcset", "data", "poster", "action", "formaction", "background"}
    linked = [str(node.attributes["href"]) for node in tree.everything() if "href" in node.attributes]

    assert not [node for node in tree.everything() if loading & set(node.attributes)]
    assert all(target.startswith("#") for target in linked)
    assert "url(" not in tree.all("style")[0].text()
    assert "@import" not in tree.all("style")[0].text()


def test_the_policy_admits_the_pages_own_scripts_only(tree: Node) -> None:
    (policy,) = [str(n.attributes["content"]) for n in tree.all("meta") if "http-equiv" in n.attributes]
    scripts = [node.text() for node in tree.all("script") if "type" not in node.attributes]

    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts]
    assert policy.startswith("default-src 'none'; script-src ")
    assert re.findall(r"sha256-([^']+)", policy) == hashes
    assert len(hashes) == 2


def test_markup_from_outside_is_shown_and_not_run(page: str, summary: Summary, outcome: Outcome) -> None:
    hostile = parse(render(_hostile(summary), outcome))

    safe = parse(page)
    assert [node.name for node in hostile.all("main")[0].everything() if node.name in {"img", "b", "script"}] == [
        node.name for node in safe.all("main")[0].everything() if node.name in {"img", "b", "script"}
    ]
    assert hostile.all("h1")[0].text() == HOSTILE
    assert HOSTILE in {cell.text() for cell in hostile.all("td")}


def test_a_solver_named_like_markup_is_shown_as_it_is_called(summary: Summary, outcome: Outcome) -> None:
    tree = parse(render(_renamed(summary), _with_solver(outcome)))

    names = [node.text() for node in tree.by_id("solvers").all("span") if node.attributes.get("class") == "named"]
    (axis,) = {tuple(figure(tree, "suspensions")["layout"]["yaxis"]["categoryarray"])}
    assert HOSTILE in names
    assert not tree.all("img")
    assert any("&lt;img src=x" in name for name in axis)
    assert not any("<img" in name for name in axis)


def test_a_run_in_which_nothing_happened_has_a_report(summary: Summary, outcome: Outcome) -> None:
    empty = summary.model_copy(
        update={
            "intents": 0,
            "rounds": 0,
            "by_state": {},
            "filled_share": 0.0,
            "unfilled_by_cause": {},
            "first_best_usd": 0.0,
            "solvers": (),
            "failed_fills": (),
            "failed_by_cause": {},
        }
    )

    tree = parse(render(empty, replace(outcome, events=(), ideal=None)))

    assert "No round was held." in tree.text()
    assert "No solver took part." in tree.text()


def _hostile(summary: Summary) -> Summary:
    """Return the summary with markup wherever text comes from outside."""
    fills = tuple(fill.model_copy(update={"detail": HOSTILE}) for fill in summary.failed_fills)
    return summary.model_copy(update={"title": HOSTILE, "failed_fills": fills})


def _renamed(summary: Summary) -> Summary:
    """Return the summary with the failing solver under a hostile name."""
    lines = tuple(_named(line) for line in summary.solvers)
    return summary.model_copy(update={"solvers": lines, "failed_fills": tuple(map(_named, summary.failed_fills))})


def _named(item):
    return item.model_copy(update={"solver": HOSTILE}) if item.solver == "no-settle" else item


def _with_solver(outcome: Outcome) -> Outcome:
    events = [
        replace(event, body=dict(event.body) | {"solver": HOSTILE})
        if isinstance(event.body, dict) and event.body.get("solver") == "no-settle"
        else event
        for event in outcome.events
    ]
    return replace(outcome, events=events)
