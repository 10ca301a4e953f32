"""Where a broker is: `mqtt://host:port` or `mqtt://user:password@host:port`."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

from intents.errors import BusError

DEFAULT_PORT: Final = 1883


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A broker and how to log in to it. Its text leaves the password out."""

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        """Return the URL without the login."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"mqtt://{host}:{self.port}"


def parse_address(url: str) -> Address:
    """Return the address that a URL names; `%xx` in user and password is decoded.

    Raises:
        BusError: if it is no such URL; the message does not repeat the password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refusal(url) from None
    extra = parts.path.strip("/") or parts.query or parts.fragment
    if parts.scheme != "mqtt" or not parts.hostname or port == 0 or extra or any(char.isspace() for char in url):
        raise _refusal(url)
    user, password = (unquote(text) if text else None for text in (parts.username, parts.password))
    return Address(host=parts.hostname, port=port or DEFAULT_PORT, user=user, password=password)


def _refusal(url: str) -> BusError:
    shown = url.rpartition("@")[2][:80]
    return BusError(f"{shown!r} is no broker URL; write mqtt://host:port or mqtt://user:password@host:port")
