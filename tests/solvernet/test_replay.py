"""A recorded run is worked out again; whatever was changed in it shows."""

import asyncio
import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from auction.errors import LedgerError
from auction.ledger import FILE_NAME, GENESIS, Event, LedgerReader, chain_hash
from solvernet.replay import replay
from solvernet.simulate import RunConfig, prepare, run


@pytest.fixture(scope="module")
def recorded(quarter_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded") / "run"
    config = RunConfig(scenario=str(quarter_file), out=folder, ideal=False)
    asyncio.run(run(config, prepare(config)))
    return folder


@pytest.fixture
def copied(recorded: Path, tmp_path: Path) -> Path:
    target = tmp_path / "copy"
    target.mkdir()
    with sqlite3.connect(recorded / FILE_NAME) as source, sqlite3.connect(target / FILE_NAME) as copy:
        source.backup(copy)
    source.close()
    copy.close()
    return target


def change(folder: Path, statement: str, *values: object) -> None:
    connection = sqlite3.connect(folder / FILE_NAME)
    with connection:
        connection.execute(statement, values)
    connection.close()


def forge(folder: Path, kind: str, alter: str, by: str) -> int:
    """Change the first event of a kind and recompute every hash after it; return its row."""
    connection = sqlite3.connect(folder / FILE_NAME)
    rows = connection.execute("SELECT seq, round, time_ms, kind, body FROM events ORDER BY seq").fetchall()
    head, changed = GENESIS, 0
    with connection:
        for seq, number, time_ms, found, body in rows:
            text = body
            if found == kind and not changed and alter in body:
                text, changed = body.replace(alter, by, 1), seq
            head = chain_hash(head, Event(number, time_ms, found, json.loads(text)))
            connection.execute("UPDATE events SET body = ?, hash = ? WHERE seq = ?", (text, head, seq))
        connection.execute("UPDATE heads SET hash = ? WHERE chain = 'events'", (head,))
    connection.close()
    assert changed
    return changed


def test_an_untouched_recording_is_equal(recorded: Path) -> None:
    result = replay(recorded)

    assert result.difference is None
    reader = LedgerReader(recorded)
    assert result.fingerprint == reader.fingerprint()
    reader.close()


def test_one_changed_byte_names_its_row(copied: Path) -> None:
    body = sqlite3.connect(copied / FILE_NAME).execute("SELECT body FROM events WHERE seq = 40").fetchone()[0]
    change(copied, "UPDATE events SET body = ? WHERE seq = 40", body.replace("1", "2", 1))

    result = replay(copied)

    assert result.difference is not None
    assert result.difference.row == 40


def test_a_removed_row_is_missed(copied: Path) -> None:
    change(copied, "DELETE FROM events WHERE seq = 30")

    result = replay(copied)

    assert result.difference is not None
    assert result.difference.row == 30


def test_a_ledger_cut_short_is_not_equal_even_with_a_head_to_match(copied: Path) -> None:
    change(copied, "DELETE FROM events WHERE seq > 60")
    change(
        copied, "UPDATE heads SET length = 60, hash = (SELECT hash FROM events WHERE seq = 60) WHERE chain = 'events'"
    )

    result = replay(copied)

    assert result.difference is not None
    assert "missing" in result.difference.detail


def test_a_swapped_winner_is_found_although_all_hashes_were_recomputed(copied: Path) -> None:
    connection = sqlite3.connect(copied / FILE_NAME)
    rows = connection.execute("SELECT body FROM events WHERE kind = 'round.closed' ORDER BY seq").fetchall()
    connection.close()
    winner = next(json.loads(body)["winners"][0] for (body,) in rows if json.loads(body)["winners"])
    name, position = winner.split("/")
    other = "greedy" if name != "greedy" else "convex"
    row = forge(copied, "round.closed", f'"{winner}"', f'"{other}/{position}"')

    result = replay(copied)

    assert result.difference is not None
    assert result.difference.row == row


def test_a_forged_bid_is_found_at_the_first_event_that_depends_on_it(copied: Path) -> None:
    connection = sqlite3.connect(copied / FILE_NAME)
    bodies = connection.execute("SELECT body FROM events WHERE kind = 'bids.opened' ORDER BY seq").fetchall()
    connection.close()
    debit = next(bid["fills"][0]["debit"] for (body,) in bodies for bid in json.loads(body)["bids"])
    row = forge(copied, "bids.opened", f'"debit":"{debit}"', f'"debit":"{int(debit) - 1}"')

    result = replay(copied)

    assert result.difference is not None
    assert result.difference.row > row


def test_a_recording_of_another_scenario_text_does_not_replay_as_this_one(copied: Path) -> None:
    change(
        copied,
        "UPDATE meta SET value = replace(value, 'per_round = 3.6', 'per_round = 3.7') WHERE key = 'scenario_text'",
    )

    result = replay(copied)

    assert result.difference is not None
    assert result.difference.row == 1


def test_a_folder_without_a_ledger_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="no ledger in"):
        replay(tmp_path)


def test_a_recording_replays_from_a_copy_elsewhere(recorded: Path, tmp_path: Path) -> None:
    shutil.copytree(recorded, tmp_path / "elsewhere")

    assert replay(tmp_path / "elsewhere").difference is None
