"""The door to a provider of identities (OpenID Connect): two kinds of requests, checked addresses, limits.

The office named the provider in its settings, so robots.txt has no say. Addresses in the office's own network are
closed unless the settings name that one host and port.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

import httpx

import monitor
from monitor.door import Oidc
from monitor.errors import NetraError
from monitor.fetch import body
from monitor.fetch.addresses import objection
from monitor.fetch.base import Surroundings
from monitor.fetch.transport import BROKEN, CheckedTransport, DeadlineError, PrivateAddressError

MAX_BYTES = 256_000


class Provider:
    """Asks one provider. Redirects are not followed: a token endpoint that moves is a mistake or an attack."""

    def __init__(
        self, user_agent: str, around: Surroundings, *, allowed: Sequence[str] = (), seconds: float = 8.0
    ) -> None:
        self._user_agent = user_agent.encode("ascii", "replace").decode()
        self._wire = CheckedTransport(allowed, around, seconds)

    def get(self, url: str) -> bytes:
        """Read a document of the provider.

        Raises:
            NetraError: it cannot be reached, or answers anything but 200.
        """
        return self._ask("GET", url, {}, b"")

    def post(self, url: str, form: Mapping[str, str], authorization: str = "") -> bytes:
        """Send a form to the provider; `authorization` as the header says it.

        Raises:
            NetraError: it cannot be reached, or answers anything but 200.
        """
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if authorization:
            headers["Authorization"] = authorization
        return self._ask("POST", url, headers, urlencode(form).encode())

    def _ask(self, method: str, url: str, headers: Mapping[str, str], content: bytes) -> bytes:
        if reason := objection(url):
            raise NetraError(f"penyedia identitas: {reason}")
        said = {"Accept": "application/json", "User-Agent": self._user_agent, "Connection": "close", **headers}
        try:
            answer = self._wire.handle_request(httpx.Request(method, url, headers=said, content=content))
            try:
                got = body.read(answer.iter_raw(), answer.headers.get("content-encoding", ""), MAX_BYTES)
            finally:
                answer.close()
        except PrivateAddressError as error:
            raise NetraError("alamat penyedia identitas menunjuk ke jaringan dalam") from error
        except DeadlineError as error:
            raise NetraError("penyedia identitas terlalu lama menjawab") from error
        except (body.TooLargeError, body.EncodingError, body.CutOffError) as error:
            raise NetraError("jawaban penyedia identitas terlalu besar atau terputus") from error
        except (*BROKEN, httpx.InvalidURL, UnicodeError) as error:
            raise NetraError(f"penyedia identitas tidak terjangkau ({type(error).__name__})") from error
        if answer.status_code != 200:
            raise NetraError(f"penyedia identitas menjawab {answer.status_code}")
        return got


def build_provider(oidc: Oidc | None, clock: Callable[[], datetime], sleep: Callable[[float], None]) -> Provider | None:
    """Build the door to the provider that the settings name, None where they name nobody."""
    if oidc is None:
        return None
    around = Surroundings(clock, sleep, lambda: 0.0)
    return Provider(f"Netra/{monitor.__version__}", around, allowed=oidc.allow_private)
