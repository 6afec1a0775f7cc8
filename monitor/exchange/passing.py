"""Making a package and taking one: signed, addressed, checked before a word of it is read, kept once.

What is signed is the body byte for byte behind a word of its own, so that no signature made for anything else (a report
of a phase run) is one of a package.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from monitor.calendar.values import fold_region
from monitor.errors import NotAllowedError
from monitor.exchange import box
from monitor.exchange.agreement import Network, Receiver, Sender
from monitor.exchange.body import MOST_FLAGS, Body, Name, RunRow, Share, figures
from monitor.exchange.facts import Office, gather
from monitor.models import Phase
from monitor.signing import fingerprint, public_bytes, signs
from monitor.store.packages import Parcel

PURPOSE = b"netra-paket-1\n"
_AHEAD = timedelta(hours=26)
_Hex = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{2})+$", max_length=128)]


class Signature(BaseModel):
    """Who signed what lies beside it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    algorithm: str = Field(pattern="^Ed25519$")
    public: _Hex
    fingerprint: str = Field(max_length=60)
    signature: _Hex

    def by(self) -> str:
        """Give the fingerprint of the key itself, whatever is said of it."""
        return fingerprint(bytes.fromhex(self.public))

    def sound(self, message: bytes) -> bool:
        """Tell whether the message was signed by this key."""
        return self.by() == self.fingerprint and signs(
            bytes.fromhex(self.public), bytes.fromhex(self.signature), message
        )


class _Ran(BaseModel):
    """What is read of a phase run's report."""

    class _Manifest(BaseModel):
        phase: Phase
        regions: Annotated[tuple[Name, ...], Field(max_length=2_000)]

    class _Result(BaseModel):
        items: Annotated[int, Field(ge=0, le=2**53)]
        flagged: Annotated[int, Field(ge=0, le=2**53)]

    class _Coverage(BaseModel):
        share: Share

    manifest: _Manifest
    result: _Result
    coverage: _Coverage
    finished_at: AwareDatetime


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of an import. `new`: False where this very package was here before."""

    sender: str
    number: int
    made_at: datetime
    regions: tuple[str, ...]
    flags: int
    runs: int
    new: bool


def send(office: Office, network: Network, receiver: Receiver, key: Ed25519PrivateKey, path: Path) -> Body:
    """Make a package for a receiver, signed, in a new file; gives what it says.

    Raises:
        NotAllowedError: the file exists or cannot be written, or the package would be too large.
        BusyError: another package is being made: its number would be this one's.
    """
    with office.store.runs.exclusive("package"):
        return _send(office, network, receiver, key, path)


def _send(office: Office, network: Network, receiver: Receiver, key: Ed25519PrivateKey, path: Path) -> Body:
    now, store = office.clock(), office.store.packages
    # Whole seconds since 1970 rise although the database was brought back from an old copy.
    number = max(store.last_sent(receiver.id) + 1, int(now.astimezone(UTC).timestamp()))
    body = gather(office, network, receiver, number, now)
    if len(body.flags) >= MOST_FLAGS:
        raise NotAllowedError(
            f"lebih dari {MOST_FLAGS} tanda — persempit `regions`, `phases`, atau `parts` penerima ini"
        )
    raw = body.model_dump_json().encode() + b"\n"
    public = public_bytes(key)
    signed = {
        "algorithm": "Ed25519", "public": public.hex(), "fingerprint": fingerprint(public),
        "signature": key.sign(PURPOSE + raw).hex(),
    }  # fmt: skip
    box.write(path, raw, json.dumps(signed, indent=1).encode() + b"\n")
    store.note_sent(receiver.id, number, hashlib.sha256(raw).hexdigest(), now, body.scope.model_dump_json())
    return body


def take(office: Office, network: Network, path: Path) -> Taken:
    """Check a package and keep it; the same one twice changes nothing.

    Raises:
        ImportRefusedError: it is damaged, not trusted, not for this office, or speaks of what the sender may not.
        ConflictError: a newer one is here already.
    """
    raw, signature = box.read(path)
    today = office.clock().astimezone(office.config.zone).date()
    signed, sender = _signer(path, raw, signature, network)
    try:
        body = Body.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(one) for one in first["loc"]) or "isinya"
        raise box.refused(path, f"susunannya tidak dikenal ({place}); mungkin dari Netra versi lain") from error
    _check(path, body, sender, network, office)
    _check_key(path, sender, signed.by(), body.made_at.astimezone(office.config.zone).date(), today)
    new = office.store.packages.receive(_parcel(path, raw, signature, body, sender, network.within(sender.regions)))
    return Taken(
        sender.id, body.number, body.made_at, tuple(dict.fromkeys(one.region for one in body.coverage)),
        len(body.flags), len(body.runs), new,
    )  # fmt: skip


def _signer(path: Path, raw: bytes, signature: bytes, network: Network) -> tuple[Signature, Sender]:
    """Find who signed; nothing of the body was read yet."""
    try:
        signed = Signature.model_validate_json(signature)
    except ValidationError as error:
        raise box.refused(path, "tanda tangannya rusak") from error
    if not signed.sound(PURPOSE + raw):
        raise box.refused(path, "tanda tangan tidak cocok dengan isinya: paket diubah sesudah ditandatangani")
    sender = next((one for one in network.senders if one.known(signed.by())), None)
    if sender is None:
        raise box.refused(
            path,
            f"ditandatangani kunci {signed.by()}, yang tidak ada di `senders`; cocokkan sidiknya lewat telepon dahulu",
        )
    return signed, sender


def _check_key(path: Path, sender: Sender, mark: str, made: date, today: date) -> None:
    """See that the key was trusted when the package was made, and still is: a leaked key cannot reach back."""
    for day, when in ((made, "saat paket dibuat"), (today, "hari ini")):
        if not any(one.holds(day) for one in sender.known(mark)):
            raise box.refused(path, f"kunci {mark} milik {sender.id} tidak berlaku {when} ({day:%d-%m-%Y})")


def _check(path: Path, body: Body, sender: Sender, network: Network, office: Office) -> None:
    if body.sender != sender.id:
        raise box.refused(path, f"mengaku dari {body.sender}, tetapi kuncinya milik {sender.id}")
    if body.receiver != network.id:
        raise box.refused(path, f"dialamatkan kepada {body.receiver}, bukan kepada kantor ini ({network.id})")
    if body.made_at - office.clock() > _AHEAD:
        raise box.refused(path, f"dibuat di masa depan ({body.made_at:%d-%m-%Y}); periksa jam kedua kantor")
    if body.rehearsal and office.config.mode != "demo":
        raise box.refused(path, "berisi data rekaan (gladi), sedangkan kantor ini kantor sungguhan")
    beyond = sorted(body.regions() - network.within(sender.regions))
    if beyond:
        raise box.refused(path, f"berbicara tentang wilayah di luar wilayah {sender.id}: {', '.join(beyond[:5])}")
    places = [("c", fold_region(one.region), one.phase) for one in body.coverage]
    places += [("h", fold_region(one.region), one.phase) for one in body.counts]
    numbers = [one.number for one in body.flags]
    if _doubled(places) or _doubled(numbers) or _doubled([one.name for one in body.runs]):
        raise box.refused(path, "menyebut satu hal dua kali")


def _doubled(some: Sequence[object]) -> bool:
    return any(count > 1 for count in Counter(some).values())


def _parcel(path: Path, raw: bytes, signature: bytes, body: Body, sender: Sender, allowed: Collection[str]) -> Parcel:
    flags = [
        (one.number, fold_region(one.region), one.region, str(one.phase), str(one.state), str(one.level),
         str(one.kind), str(one.platform), json.dumps(one.forms), json.dumps(one.rules), one.raised_on.isoformat(),
         one.decided_on.isoformat() if one.decided_on else None)
        for one in body.flags
    ]  # fmt: skip
    return Parcel(
        sender=sender.id, number=body.number, sha256=hashlib.sha256(raw).hexdigest(), made_at=body.made_at,
        office=body.office, region=body.region, fingerprint=Signature.model_validate_json(signature).by(),
        body=raw.decode(), signature=signature.decode(),
        figures=[
            (fold_region(one.region), one.region, one.phase, one.what, one.name, one.value) for one in figures(body)
        ],
        runs=[_ran(path, one, sender, allowed) for one in body.runs], flags=flags,
    )  # fmt: skip


def _ran(
    path: Path, row: RunRow, sender: Sender, allowed: Collection[str]
) -> tuple[str, str, str, int, int, float, str]:
    """Read a report, and check its own signature where it has one."""
    try:
        said = _Ran.model_validate_json(row.report)
        signed = Signature.model_validate_json(row.signature) if row.signature else None
    except ValidationError as error:
        raise box.refused(path, f"laporan jalan tahapan {row.name} di dalamnya rusak") from error
    if signed is not None and not (signed.sound(row.report.encode()) and sender.known(signed.by())):
        raise box.refused(path, f"laporan jalan tahapan {row.name} tidak ditandatangani kunci milik {sender.id}")
    if any(fold_region(one) not in allowed for one in said.manifest.regions):
        raise box.refused(path, f"laporan jalan tahapan {row.name} berbicara tentang wilayah kantor lain")
    at = said.finished_at.astimezone(UTC).isoformat()
    mark = signed.by() if signed is not None else ""
    return (row.name, said.manifest.phase, at, said.result.items, said.result.flagged, said.coverage.share, mark)
