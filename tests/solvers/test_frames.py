import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers import frames


@given(st.lists(st.tuples(st.sampled_from([frames.HELLO, frames.SHEET, frames.AWARD]), st.binary(max_size=200))))
def test_frames_come_out_of_a_stream_as_they_went_in(sent: list[tuple[bytes, bytes]]) -> None:
    stream = io.BytesIO(b"".join(frames.pack(kind, payload) for kind, payload in sent))

    received = []
    while (frame := frames.read_frame(stream)) is not None:
        received.append(frame)

    assert received == sent


@pytest.mark.parametrize("kept", range(1, 9))
def test_a_stream_that_breaks_off_within_a_frame_is_at_its_end(kept: int) -> None:
    stream = io.BytesIO(frames.pack(frames.SHEET, b"1234")[:kept])

    assert frames.read_frame(stream) is None


def test_a_frame_of_the_largest_size_is_read() -> None:
    payload = bytes(frames.MAX_FRAME)

    assert frames.read_frame(io.BytesIO(frames.pack(frames.SHEET, payload))) == (frames.SHEET, payload)


def test_a_frame_that_announces_more_than_is_allowed_is_refused_before_it_is_read() -> None:
    stream = io.BytesIO(frames.HEADER.pack(frames.SHEET, frames.MAX_FRAME + 1) + b"x")

    with pytest.raises(ValueError, match=f"frame of {frames.MAX_FRAME + 1} bytes"):
        frames.read_frame(stream)
    assert stream.read() == b"x"
