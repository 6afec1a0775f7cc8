"""The door to a time-stamping authority (RFC 3161): one POST, checked address, limits of time and size."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from monitor.fetch import body
from monitor.fetch.addresses import objection
from monitor.fetch.base import Surroundings
from monitor.fetch.transport import BROKEN, CheckedTransport, DeadlineError, PrivateAddressError

MAX_BYTES = 64_000
_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"


class StampClient:
    """Asks one authority. It was agreed with, so robots.txt has no say; private addresses stay closed."""

    def __init__(
        self, url: str, user_agent: str, around: Surroundings, *, allowed: Sequence[str] = (), seconds: float = 8.0
    ) -> None:
        self.url = url
        self._user_agent = user_agent.encode("ascii", "replace").decode()
        self._wire = CheckedTransport(allowed, around, seconds)
        self._seconds = seconds

    def ask(self, query: bytes) -> tuple[bytes, str]:
        """Send a request (DER) and give the answer (DER) and "", or b"" and what went wrong (Indonesian)."""
        if reason := objection(self.url):
            return b"", reason
        headers = {"Content-Type": _QUERY, "Accept": _REPLY, "User-Agent": self._user_agent, "Connection": "close"}
        try:
            answer = self._wire.handle_request(httpx.Request("POST", self.url, headers=headers, content=query))
            try:
                content = body.read(answer.iter_raw(), answer.headers.get("content-encoding", ""), MAX_BYTES)
            finally:
                answer.close()
        except PrivateAddressError:
            return b"", "alamat penyedia cap waktu menunjuk ke jaringan dalam"
        except DeadlineError:
            return b"", f"penyedia cap waktu tidak selesai menjawab dalam {self._seconds:g} s"
        except (body.TooLargeError, body.EncodingError, body.CutOffError):
            return b"", "jawaban penyedia cap waktu terlalu besar atau terputus"
        except (*BROKEN, httpx.InvalidURL, UnicodeError) as error:
            return b"", f"penyedia cap waktu tidak terjangkau ({type(error).__name__})"
        if answer.status_code != 200:
            return b"", f"penyedia cap waktu menjawab {answer.status_code}"
        if not answer.headers.get("content-type", "").lower().startswith(_REPLY):
            return b"", "jawaban penyedia cap waktu bukan cap waktu"
        return content, ""
