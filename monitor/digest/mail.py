"""Handing a letter to the office's own mail server: encrypted, with a deadline over all, one word for each recipient.

The host is the office's choice and may stand in its inner network: nothing from outside ever names it.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from monitor.postbox import Digest

_LAST_RESORT = 200


@dataclass(frozen=True, slots=True)
class Handed:
    """What became of a letter. `taken` were accepted; `later` may be tried again, `never` not before somebody mends it.

    Both say why, by recipient, in the server's own words cut short.
    """

    taken: tuple[str, ...] = ()
    later: Mapping[str, str] = field(default_factory=dict)
    never: Mapping[str, str] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Tell whether everybody was reached."""
        return not self.later and not self.never


def envelope(sender: str, subject: str, now: datetime) -> EmailMessage:
    """Begin a letter of this program: who writes, of what, when, and that no holiday reply is wanted."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    message["From"] = Address(display_name="Netra", addr_spec=sender)
    message["Date"] = format_datetime(now.astimezone(UTC))
    message["Auto-Submitted"] = "auto-generated"
    return message


def hand_over(settings: Digest, password: str, letter: EmailMessage, to: Sequence[str], root: Path) -> Handed:
    """Hand a letter over, each recipient by itself, so that nobody is shown the others and one refusal stops no other.

    Never raises for what a server or network does: that is told by recipient.
    """
    taken: list[str] = []
    later: dict[str, str] = {}
    never: dict[str, str] = {}
    try:
        with _server(settings, password, root) as server:
            for place, one in enumerate(to):
                try:
                    _one(server, settings, letter, one)
                    taken.append(one)
                except smtplib.SMTPResponseException as error:
                    (never if error.smtp_code >= 500 else later)[one] = _said(error.smtp_code, error.smtp_error)
                    if error.smtp_code == 421:  # the server closes
                        later |= dict.fromkeys(to[place + 1 :], later.get(one, "ditutup server"))
                        break
    except _RefusedError as error:
        never |= {one: str(error) for one in to if one not in taken and one not in never}
    except smtplib.SMTPResponseException as error:
        kind = never if error.smtp_code >= 500 else later
        kind |= {one: _said(error.smtp_code, error.smtp_error) for one in _rest(to, taken, never, later)}
    except ssl.SSLCertVerificationError as error:
        said = f"sertifikat server surel tidak dapat dipercaya: {error.verify_message}"
        never |= dict.fromkeys(_rest(to, taken, never, later), said)
    except (OSError, smtplib.SMTPException) as error:
        said = f"server surel tidak dapat dihubungi: {_short(str(error) or type(error).__name__)}"
        later |= dict.fromkeys(_rest(to, taken, never, later), said)
    return Handed(tuple(taken), later, never)


class _RefusedError(Exception):
    """The settings ask for what the server does not offer; the text says so in Indonesian."""


@contextmanager
def _server(settings: Digest, password: str, root: Path) -> Iterator[smtplib.SMTP]:
    """Open a session, encrypted and signed in as the settings say; closed at the deadline, whatever the server does."""
    context = _trust(settings, root)
    server = smtplib.SMTP_SSL(timeout=settings.deadline_seconds, context=context) if settings.tls == "implicit" else (
        smtplib.SMTP(timeout=settings.deadline_seconds)
    )  # fmt: skip
    watch = threading.Timer(settings.deadline_seconds, _cut, [server])
    watch.daemon = True
    watch.start()
    try:
        # The certificate is held against this name; only the constructor would set it, which connects before the watch.
        server._host = settings.host  # type: ignore[attr-defined]  # noqa: SLF001
        code, said = server.connect(settings.host, settings.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, said)
        server.ehlo_or_helo_if_needed()
        if settings.tls == "starttls":
            if not server.has_extn("starttls"):
                raise _RefusedError("server surel tidak menawarkan STARTTLS; surat tidak dikirim tanpa sandi saluran")
            server.starttls(context=context)
            server.ehlo_or_helo_if_needed()
        if settings.username:
            if not password:
                raise _RefusedError("`username` diisi tetapi NETRA_SMTP_PASSWORD kosong")
            server.login(settings.username, password)
        yield server
        server.quit()
    finally:
        watch.cancel()
        server.close()


def _trust(settings: Digest, root: Path) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(root / settings.authority) if settings.authority else None)
    except OSError as error:
        raise _RefusedError(f"berkas penerbit sertifikat `digest.authority` tidak dapat dibaca ({error})") from error


def _cut(server: smtplib.SMTP) -> None:
    """End a session that dribbles on: every waiting read then fails at once."""
    if server.sock is not None:
        try:
            server.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


def _one(server: smtplib.SMTP, settings: Digest, letter: EmailMessage, to: str) -> None:
    del letter["To"]
    letter["To"] = to
    try:
        server.send_message(letter, from_addr=settings.sender, to_addrs=[to])
    except smtplib.SMTPRecipientsRefused as error:
        code, said = error.recipients[to]
        raise smtplib.SMTPResponseException(code, said) from error


def _rest(to: Sequence[str], *known: Sequence[str] | Mapping[str, str]) -> list[str]:
    return [one for one in to if not any(one in part for part in known)]


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {_short(text)}"


def _short(text: str) -> str:
    return "".join(one if one.isprintable() else " " for one in text)[:_LAST_RESORT].strip()
