import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvernet.report.formats import plain
from solvernet.report.plots import Panel, axis_of, bars, height, line, lying_bars, over_time

SPAN = (1_584_014_400_000, 1_584_036_000_000)
HEIGHTS = st.lists(st.integers(60, 300), min_size=1, max_size=6)


def _axes(heights: list[int], span: tuple[float, float] | None = None) -> list[dict]:
    panels = [Panel(heading=f"panel {i}", height_px=px, span=span) for i, px in enumerate(heights)]
    layout = over_time([], panels, SPAN)["layout"]
    return [layout["yaxis" + axis_of(i)[1:]] for i in range(len(heights))]


@given(HEIGHTS)
def test_panels_lie_below_each_other_without_touching(heights: list[int]) -> None:
    domains = [axis["domain"] for axis in _axes(heights)]

    assert domains[0][1] == 1.0
    assert domains[-1][0] == pytest.approx(0.0, abs=1e-9)
    assert all(lower[1] < upper[0] for upper, lower in pairwise(domains))


@given(HEIGHTS)
def test_panels_have_the_height_that_was_asked_for(heights: list[int]) -> None:
    panels = [Panel(heading="", height_px=px) for px in heights]
    first = _axes(heights)[0]["domain"]

    inner_px = height(panels) - height([Panel(heading="", height_px=0)])

    assert (first[1] - first[0]) * inner_px == pytest.approx(heights[0])


def test_the_time_axis_belongs_to_the_lowest_panel() -> None:
    panels = [Panel(heading="a", height_px=100), Panel(heading="b", height_px=50)]

    axis = over_time([], panels, SPAN)["layout"]["xaxis"]

    assert axis["anchor"] == "y2"
    assert axis["range"] == list(SPAN)


@given(st.floats(1e-6, 1e12), st.floats(1.0, 1e12))
def test_marks_of_a_logarithmic_axis_are_within_it_and_not_many(low: float, ratio: float) -> None:
    (axis,) = _axes([100], span=(low, low * ratio))

    assert len(axis["tickvals"]) == len(axis["ticktext"]) <= 15
    assert all(axis["range"][0] <= mark <= axis["range"][1] for mark in map(math.log10, axis["tickvals"]))


def test_marks_are_plain_numbers_where_they_are_short() -> None:
    (axis,) = _axes([100], span=(0.008, 40.0))

    assert axis["ticktext"] == ["0.01", "0.1", "1", "10"]


def test_even_times_are_written_as_start_and_step() -> None:
    trace = line(range(1000, 5000, 1000), [1, 2, 3, 4], colour="black").to_plotly_json()

    assert (trace["x0"], trace["dx"], "x" in trace) == (1000, 1000, False)


def test_text_from_outside_is_shown_as_it_is() -> None:
    assert plain("<b>bold</b> & co") == "&lt;b&gt;bold&lt;/b&gt; &amp; co"


def test_the_first_of_lying_bars_is_on_top() -> None:
    axis = lying_bars([bars(x=[1, 2], y=["a", "b"], orientation="h", colour="black")], ["a", "b"], "fills")

    assert axis["layout"]["yaxis"]["range"] == [1.5, -0.5]


def test_an_unknown_property_is_refused() -> None:
    with pytest.raises(ValueError, match="wobble"):
        line([1], [1], colour="black", wobble=True)
