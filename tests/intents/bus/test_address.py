import pytest

from intents.bus.address import DEFAULT_PORT, Address, parse_address
from intents.errors import BusError


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("mqtt://localhost:1234", Address(host="localhost", port=1234)),
        ("mqtt://localhost", Address(host="localhost", port=DEFAULT_PORT)),
        ("mqtt://localhost:1234/", Address(host="localhost", port=1234)),
        ("mqtt://[::1]:1234", Address(host="::1", port=1234)),
        ("mqtt://ann:s3cret@h:1", Address(host="h", port=1, user="ann", password="s3cret")),
        ("mqtt://ann:p%40ss%3A@h:1", Address(host="h", port=1, user="ann", password="p@ss:")),
        ("mqtt://ann@h:1", Address(host="h", port=1, user="ann")),
    ],
)
def test_url_is_read_into_its_parts(url: str, address: Address) -> None:
    assert parse_address(url) == address


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:1883",
        "http://localhost:1883",
        "mqtts://localhost:8883",
        "mqtt://",
        "mqtt://:1883",
        "mqtt://h:0",
        "mqtt://h:65536",
        "mqtt://h:port",
        "mqtt://h:1/topic",
        "mqtt://h:1?clean=1",
        "mqtt://h h:1",
        "mqtt://[::1:1883",
    ],
)
def test_anything_else_is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(BusError, match="write mqtt://host:port or mqtt://user:password@host:port"):
        parse_address(url)


def test_password_is_shown_in_no_text() -> None:
    address = parse_address("mqtt://ann:s3cret@h:1")

    assert str(address) == "mqtt://h:1"
    assert "s3cret" not in repr(address)


def test_refusal_does_not_repeat_the_password() -> None:
    with pytest.raises(BusError) as refusal:
        parse_address("mqtt://ann:s3cret@h:none")

    assert "s3cret" not in str(refusal.value)


def test_text_of_an_address_can_be_read_again() -> None:
    assert parse_address(str(Address(host="::1", port=7))) == Address(host="::1", port=7)
