"""AT Protocol over HTTP: addresses of its methods, what its errors mean, ids and times inside record keys. Pure.

Errors after platforms' documentation: status 400 carries `{"error": NAME, "message": TEXT}`, and the name decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote, urlsplit

from monitor.collectors import loose
from monitor.collectors.base import drift
from monitor.models import Outcome, Page, Response

DID = re.compile(r"did:(?:plc|web):[A-Za-z0-9._:%-]{1,250}\Z")
_HANDLE = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,10}\Z")
_RECORD = re.compile(
    r"at://(did:(?:plc|web):[A-Za-z0-9._:%-]{1,250})/([A-Za-z0-9.-]{3,100})/([A-Za-z0-9._:~-]{1,512})\Z"
)
_TID = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}\Z")
_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"

_GONE = {
    "AccountTakedown": "akun ditangguhkan oleh platform",
    "AccountDeactivated": "akun dinonaktifkan pemiliknya",
    "RepoTakendown": "akun ditangguhkan oleh platform",
    "RepoSuspended": "akun ditangguhkan oleh platform",
    "RepoDeactivated": "akun dinonaktifkan pemiliknya",
    "RepoNotFound": "akun tidak ada di servernya",
    "NotFound": "tidak ada lagi",
    "RecordNotFound": "tidak ada lagi",
}
_AUTH = {"AuthMissing", "AuthenticationRequired", "ExpiredToken", "InvalidToken"}


def url(host: str, method: str, *parameters: tuple[str, str]) -> str:
    """Give the address of a method; a parameter may be repeated."""
    query = "&".join(f"{name}={quote(value, safe='', errors='replace')}" for name, value in parameters)
    return f"{host}/xrpc/{method}?{query}"


def is_handle(text: str) -> bool:
    """Tell whether a text has the form of a handle (a domain name)."""
    return _HANDLE.match(text) is not None


def document_url(did: str, directory: str) -> str:
    """Give where the document of a DID is published."""
    if did.startswith("did:web:"):
        return f"https://{unquote(did.removeprefix('did:web:'))}/.well-known/did.json"
    return f"{directory}/{did}"


def server(document: dict[str, object]) -> str:
    """Give the account's own server as its DID document names it, "" where it names none that can be asked."""
    services = document.get("service")
    for one in services if isinstance(services, list) else ():
        if isinstance(one, dict) and one.get("type") == "AtprotoPersonalDataServer":
            found = str(one.get("serviceEndpoint", "")).rstrip("/")
            try:
                parts = urlsplit(found)
            except ValueError:
                return ""
            return found if parts.scheme in {"http", "https"} and parts.netloc and not parts.path else ""
    return ""


def handle(document: dict[str, object]) -> str:
    """Give the handle that a DID document states, "" if none."""
    names = document.get("alsoKnownAs")
    for one in names if isinstance(names, list) else ():
        if isinstance(one, str) and one.startswith("at://") and is_handle(one[5:]):
            return one[5:]
    return ""


def split(uri: object) -> tuple[str, str, str] | None:
    """Give DID, collection and record key of an `at://` address, None where it is none."""
    found = _RECORD.match(uri) if isinstance(uri, str) else None
    return (found[1], found[2], found[3]) if found else None


def tid_time(key: str) -> datetime | None:
    """Give the moment (aware UTC) that is written into a record key, None where the key holds none."""
    if not _TID.match(key):
        return None
    number = 0
    for char in key:
        number = number * 32 + _DIGITS.index(char)
    try:
        return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=number >> 10)
    except OverflowError:
        return None


def tid(at: datetime) -> str:
    """Give the first record key of a moment (aware UTC)."""
    number = ((at - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)) << 10
    return "".join(_DIGITS[(number >> (5 * place)) & 31] for place in range(12, -1, -1))


def labelled_private(labels: object) -> bool:
    """Tell whether labels ask that strangers be shown nothing (`!no-unauthenticated`); both shapes are read."""
    if isinstance(labels, dict):
        labels = labels.get("values")
    marks = labels if isinstance(labels, list) else ()
    return any(isinstance(one, dict) and one.get("val") == "!no-unauthenticated" for one in marks)


def error_name(response: Response) -> str:
    """Give the name of the error in an answer; "RepoNotFound" for the server's own wording of it; "" if none."""
    body = loose.an_object(response.body)
    if body is None:
        return ""
    name, message = str(body.get("error", "")), str(body.get("message", ""))
    return "RepoNotFound" if message.startswith("Could not find repo") else name


def answer(response: Response, *fields: str) -> dict[str, object] | Page:
    """Give the object of a good answer that holds the fields, or the page of one that does not."""
    if response.outcome is not None:
        return _failure(response)
    body = loose.an_object(response.body)
    if body is None:
        return drift("jawaban bukan JSON yang utuh — dicoba lagi pada giliran berikut")
    if missing := [name for name in fields if name not in body]:
        return drift(f"jawaban tanpa `{'`, `'.join(missing)}`; bentuknya berubah")
    return body


def objects(value: object) -> Sequence[dict[str, object]] | None:
    """Give a list of objects, None where it is none."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        return None
    return value


def _failure(response: Response) -> Page:
    outcome, detail = response.outcome, response.detail
    assert outcome is not None
    if outcome is Outcome.INVALID_REQUEST and response.status == 400:
        name = error_name(response)
        if name in _GONE:
            return Page(Outcome.GONE, detail=f"{_GONE[name]} ({name})")
        if name in _AUTH:
            return Page(Outcome.AUTH, detail=f"server meminta masuk ({name})")
        return Page(outcome, detail=f"server menolak permintaan ({name or 'tanpa nama galat'}) — periksa akunnya")
    return Page(outcome, detail=detail)
