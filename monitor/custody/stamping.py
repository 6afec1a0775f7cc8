"""RFC 3161 time stamps over the daily head of the chain and over packs, where an authority is configured.

The local chain never waits for it: what fails is said, queued and tried again. A stamp is taken only when status,
number, digest and signature fit, so that a wrong answer is found at once and not before a court.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)
from rfc3161_client.tsp import TimeStampRequest

import monitor
from monitor.config import Config
from monitor.custody.der import ordered
from monitor.custody.pack import Stamp, no_stamp
from monitor.errors import NetraError
from monitor.evidence import Archive
from monitor.fetch import StampClient, Surroundings
from monitor.store import Head, NewPiece, PieceKind, Store, Touch

Ask = Callable[[bytes], tuple[bytes, str]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the stamps that were due: subjects that have theirs now, and lines about those that failed."""

    done: tuple[str, ...]
    failed: tuple[str, ...]


def roots_of(path: Path) -> bytes:
    """Read the certificates (PEM) by which stamps are checked.

    Raises:
        NetraError: the file is missing or holds none.
    """
    try:
        content = path.read_bytes()
        x509.load_pem_x509_certificates(content)
    except (OSError, ValueError) as error:
        raise NetraError(f"sertifikat penyedia cap waktu {path} tidak terbaca — periksa `evidence.tsa_ca`") from error
    return content


def head_line(head: Head) -> bytes:
    """Write a head as it stands in its file: the bytes that are stamped."""
    return f"kepala seq={head.seq} hash={head.hash} waktu={head.at.isoformat(timespec='microseconds')}\n".encode()


class Stamper:
    """Gets stamps from one authority. `ask` sends a request and gives the answer, or why there is none."""

    def __init__(self, ask: Ask, roots: bytes, store: Store, archive: Archive, heads: Path) -> None:
        self._ask, self._store, self._archive, self._heads = ask, store, archive, heads
        self.roots = roots

    def stamp(self, message: bytes) -> tuple[bytes, str]:
        """Get a checked stamp (DER of the answer) and "", or b"" and what went wrong (Indonesian)."""
        request = TimestampRequestBuilder(data=message).hash_algorithm(HashAlgorithm.SHA256).build()
        answer, error = self._ask(request.as_bytes())
        if error:
            return b"", error
        if problem := objection(answer, message, self.roots, request):
            return b"", problem
        return answer, ""

    def for_pack(self, listing: bytes) -> Stamp | None:
        """Stamp the digests of a pack; without an answer the pack goes out unstamped and the stamp is queued."""
        subject = f"berkas:{hashlib.sha256(listing).hexdigest()}"
        token, error = self.stamp(listing)
        if error:
            self._store.stamps.want(subject, listing, error)
            return None
        self._store.stamps.want(subject, listing)
        for one in self._store.stamps.waiting():
            if one.subject == subject:
                self._keep(one.stamp_id, subject, token)
        return Stamp(token, self.roots)

    def want_head(self, head: Head) -> None:
        """Line the head of the chain up for a stamp."""
        self._store.stamps.want(f"kepala:{head.seq}", head_line(head))

    def due(self) -> Outcome:
        """Try every stamp that is due; the first failure ends the round, since the next would fail alike."""
        done: list[str] = []
        for one in self._store.stamps.due():
            token, error = self.stamp(one.message)
            if error:
                self._store.stamps.failed(one.stamp_id, error)
                return Outcome(tuple(done), (f"cap waktu {one.subject}: {error}; dicoba lagi nanti",))
            self._keep(one.stamp_id, one.subject, token)
            self._lay_beside(one.subject, one.message, token)
            done.append(one.subject)
        return Outcome(tuple(done), ())

    def _keep(self, stamp_id: int, subject: str, token: bytes) -> None:
        digest = self._archive.put_bytes(token)
        piece = NewPiece(PieceKind.STAMP, digest, len(token), detail={"atas": subject})
        self._store.custody.note(Touch.STAMP, user_id=None, subject=subject, sha256=digest, pieces=[piece])
        self._store.stamps.got(stamp_id, digest)

    def _lay_beside(self, subject: str, message: bytes, token: bytes) -> None:
        """Put the stamp of a head beside the heads, where it leaves the house with them."""
        kind, _, number = subject.partition(":")
        if kind == "kepala":
            self._heads.mkdir(parents=True, exist_ok=True)
            (self._heads / f"cap-{number}.tsr").write_bytes(token)
            (self._heads / f"cap-{number}.data").write_bytes(message)
            (self._heads / "tsa.pem").write_bytes(self.roots)


def build_stamper(
    config: Config,
    root: Path,
    time: tuple[Callable[[], datetime], Callable[[float], None]],
    store: Store,
    archive: Archive,
) -> Stamper | None:
    """Build what gets stamps by the settings (`root` is their folder, `time` clock and sleep); None where none is set.

    Raises:
        NetraError: the certificates of the authority cannot be read.
    """
    chosen = config.evidence
    if not chosen.tsa_url:
        return None
    around = Surroundings(clock=time[0], sleep=time[1], jitter=lambda: 0.0)
    agent = f"Netra/{monitor.__version__} (+{config.office.contact})"
    door = StampClient(chosen.tsa_url, agent, around, allowed=config.fetching.allow_private_hosts)
    return Stamper(door.ask, roots_of(root / chosen.tsa_ca), store, archive, root / config.heads)


def asking(stamper: Stamper | None) -> Callable[[bytes], Stamp | None]:
    """Give what a pack asks for its stamp."""
    return stamper.for_pack if stamper is not None else no_stamp


def objection(answer: bytes, message: bytes, roots: bytes, request: TimeStampRequest | None = None) -> str:
    """Say in Indonesian why an answer is no stamp over `message` by an authority of `roots` (PEM), "" if it is one."""
    try:
        response = decode_timestamp_response(ordered(answer))
    except (ValueError, TypeError) as error:
        return f"jawaban penyedia cap waktu tidak terbaca ({type(error).__name__})"
    builder = VerifierBuilder.from_request(request) if request is not None else VerifierBuilder()
    for root in x509.load_pem_x509_certificates(roots):
        builder = builder.add_root_certificate(root)
    try:
        builder.build().verify_message(response, message)
    except (VerificationError, ValueError, TypeError) as error:
        return f"cap waktu tidak sah: {error}"
    return ""


def check_held(store: Store, archive: Archive, roots: bytes) -> Sequence[str]:
    """Check every stamp that is held against what it was made over; one Indonesian line a fault."""
    return [
        f"cap waktu {one.subject}: {problem}"
        for one in store.stamps.held()
        if (problem := objection(archive.read(one.token_sha256), one.message, roots))
    ]
