"""Findings as they are recorded."""

import math
from dataclasses import replace

from auction.conduct.finding import DependenceFinding, Explanation, PathPoint
from intents.canonical import canonical_bytes

FINDING = DependenceFinding(
    pair=("a", "b"),
    log_e=7.123456,
    log_peak=8.0,
    auctions=120,
    agreement=-0.00001,
    correlation=0.5,
    first_flagged_ms=96_000,
    path=(PathPoint(0, 0.0), PathPoint(96_000, 7.123456)),
    declared=False,
    explanations=(Explanation("shared_software", holds=False, detail="neither declared any"),),
    config_hash="0" * 64,
)


def test_a_finding_has_a_canonical_form() -> None:
    assert b'"log_e":"7.1235"' in canonical_bytes(FINDING.to_json())


def test_a_finding_never_says_more_than_dependence() -> None:
    text = canonical_bytes(FINDING.to_json())

    assert b'"verdict":"dependence"' in text
    assert b"collu" not in text


def test_nothing_is_written_as_minus_zero() -> None:
    assert b'"agreement":"0.0000"' in canonical_bytes(FINDING.to_json())


def test_the_p_value_is_one_over_the_largest_e_value() -> None:
    assert FINDING.p_value == math.exp(-8.0)


def test_the_p_value_is_never_above_one() -> None:
    assert replace(FINDING, log_peak=-1.0).p_value == 1.0


def test_overwhelming_evidence_still_has_a_positive_p_value() -> None:
    assert replace(FINDING, log_peak=5000.0).p_value > 0
