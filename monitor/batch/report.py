"""What a run swears to: one file of facts, signed, with the coverage of every rostered account beside it.

`laporan.json` is signed byte for byte (`laporan.ttd`); `cakupan.csv`, `sampel.csv` and `susulan.csv` are named in it by
their SHA-256, `sertifikat.html` says the same for printing.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from monitor.app import App
from monitor.batch.crew import FROZEN, MANIFEST, PARTS
from monitor.batch.manifest import Manifest
from monitor.batch.merge import Merged
from monitor.batch.parts import UNREADABLE, put, summed
from monitor.batch.run import REPORT, Result, compared, previous, read_result, summaries
from monitor.coverage import Line, Tally, tally
from monitor.errors import ConflictError
from monitor.export import inert
from monitor.signing import fingerprint, public_bytes, signs
from monitor.upkeep import RUN_SIGNATURE

SIGNATURE = RUN_SIGNATURE
COVERAGE, SAMPLE, LATE = "cakupan.csv", "sampel.csv", "susulan.csv"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that a check of a run found, in Indonesian."""

    file: str
    said: str


def write_report(
    app: App, folder: Path, key: Ed25519PrivateKey | None, merged: Merged | None, spent: tuple[int, float],
    before_it: Callable[[dict[str, Any]], None] = lambda _: None,
) -> dict[str, Any]:  # fmt: skip
    """Write the report of a finished run, and its signature where there is a key; gives what it says.

    `spent` is how many processes took how many seconds. `before_it` does what else belongs to a finished run: the
    report comes last, as a run that has one is never gone on with.
    """
    manifest, result = Manifest.read(folder / MANIFEST), read_result(folder)
    lines = _coverage(app, manifest)
    people = tally(one for one in lines if one.subject is not None)
    before = previous(app, folder)
    late = list(app.store.frozen.late(manifest.watermark, manifest.frozen_at))
    _table(folder / COVERAGE, _coverage_rows(lines))
    _table(folder / SAMPLE, ({"butir": item, "versi": version} for item, version in result.sample))
    _table(folder / LATE, ({"butir": one.item_id, "versi": one.version, "direkam": one.captured_at} for one in late))
    said = {
        "manifest": json.loads(manifest.text()),
        "manifest_digest": manifest.digest,
        "result": asdict(result),
        "coverage": _counts(people) | {"people_without_account": _without_account(lines)},
        "compared": None if before is None else asdict(compared(folder, before)),
        "late_items": len(late),
        "queue": None if merged is None else asdict(merged),
        "files": {name: _digest(folder / name) for name in (COVERAGE, SAMPLE, LATE)},
        "office": app.config.office.name,
        "finished_at": app.clock().isoformat(),
        "processes": spent[0],
        "seconds": round(spent[1], 1),
        "audit_head": app.store.audit.head().hash,
    }
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, indent=1).encode() + b"\n"
    (folder / SIGNATURE).unlink(missing_ok=True)
    if key is not None:
        public = public_bytes(key)
        signed = {"algorithm": "Ed25519", "public": public.hex(), "fingerprint": fingerprint(public),
                  "signature": key.sign(text).hex()}  # fmt: skip
        (folder / SIGNATURE).write_text(json.dumps(signed, indent=1) + "\n", encoding="ascii")
    before_it(said)
    put(folder / REPORT, text)
    return said


def check(folder: Path, trusted: Sequence[str]) -> list[Trouble]:
    """Check a run's folder by itself: frozen files, parts, result, tables, signature; [] where all fits.

    `trusted` are the fingerprints of keys that the reader trusts; without any, a sound signature is said to be unknown.
    """
    found = list[Trouble]()
    try:
        manifest, result = Manifest.read(folder / MANIFEST), read_result(folder)
        said: dict[str, Any] = dict(json.loads((folder / REPORT).read_bytes()))
    except (ConflictError, OSError, *UNREADABLE) as error:
        return [Trouble(str(folder), f"tidak dapat diperiksa: {error}")]
    for name, digest in manifest.inside:
        if _digest(folder / FROZEN / name) != digest:
            found.append(Trouble(f"{FROZEN}/{name}", "hilang atau berubah sejak dibekukan"))
    if said.get("manifest_digest") != manifest.digest or result.manifest != manifest.digest:
        found.append(Trouble(MANIFEST, "bukan manifes yang disebut laporan"))
    if said.get("result") != json.loads(json.dumps(asdict(result))):
        found.append(Trouble(REPORT, "hasil di laporan berbeda dari hasil.json"))
    found += _check_parts(folder, manifest, result)
    files = said.get("files")
    for name, digest in (files if isinstance(files, dict) else {}).items():
        if name in {COVERAGE, SAMPLE, LATE} and _digest(folder / name) != digest:
            found.append(Trouble(name, "hilang atau berubah sejak laporan ditulis"))
    return [*found, *_check_signature(folder, trusted)]


def _check_parts(folder: Path, manifest: Manifest, result: Result) -> list[Trouble]:
    try:
        parts = list(summaries(folder, manifest))
        lines = {
            kind: [_line_digests(folder / PARTS, one.name, kind) for one in parts] for kind in ("tanda", "dilihat")
        }
    except ConflictError as error:
        return [Trouble("bagian", str(error))]
    if (summed(lines["tanda"]), summed(lines["dilihat"])) != (result.flags_digest, result.looked_digest):
        return [Trouble("bagian", "isi bagian berbeda dari hasil.json")]
    return []


def _line_digests(parts: Path, name: str, kind: str) -> str:
    with (parts / f"{name}.{kind}.jsonl").open("rb") as file:
        return summed(hashlib.sha256(line.rstrip(b"\n")).hexdigest() for line in file)


def _check_signature(folder: Path, trusted: Sequence[str]) -> list[Trouble]:
    try:
        held: dict[str, str] = json.loads((folder / SIGNATURE).read_bytes())
        public, signature = bytes.fromhex(held["public"]), bytes.fromhex(held["signature"])
        if (held["algorithm"], held["fingerprint"]) != ("Ed25519", fingerprint(public)):
            return [Trouble(SIGNATURE, "tanda tangan rusak (kuncinya bukan yang disebut)")]
    except FileNotFoundError:
        return [Trouble(SIGNATURE, "laporan belum ditandatangani")]
    except (OSError, *UNREADABLE) as error:
        return [Trouble(SIGNATURE, f"tanda tangan rusak ({error})")]
    if not signs(public, signature, (folder / REPORT).read_bytes()):
        return [Trouble(SIGNATURE, "tanda tangan tidak cocok dengan laporan: laporan diubah, atau kuncinya lain")]
    if fingerprint(public) not in trusted:
        return [
            Trouble(SIGNATURE, f"ditandatangani kunci {fingerprint(public)}, yang tidak ada di daftar kunci tepercaya")
        ]
    return []


def _coverage(app: App, manifest: Manifest) -> list[Line]:
    """Say how every account stands within the phase so far; before it begins, as things stand now."""
    today = app.clock().astimezone(app.config.zone).date()
    first, last = (datetime.fromisoformat(one).date() for one in (manifest.first_day, manifest.last_day))
    if first > today:
        return app.coverage()
    return app.coverage(app.store.coverage.between(first, min(last, today)))


def _counts(found: Tally) -> dict[str, Any]:
    return {
        "lines": found.total, "askable": found.askable, "proved": found.proved, "share": found.share,
        "whole_share": found.whole_share, "states": {str(state): number for state, number in found.counts.items()},
    }  # fmt: skip


def _without_account(lines: Iterable[Line]) -> int:
    return Counter(one.state for one in lines if one.subject is not None and one.subject.platform is None).total()


def _coverage_rows(lines: Iterable[Line]) -> Iterable[Mapping[str, object]]:
    for line in lines:
        one = line.subject
        yield {
            "orang": one.person_id if one else "", "nama": one.name if one else "",
            "instansi": one.office if one else "", "wilayah": one.region if one else "",
            "platform": (one.platform or "") if one else "",
            "akun": (one.handle or one.native_id) if one else "", "sumber": line.source_id or line.config_id,
            "keadaan": line.state, "terakhir_terbukti": line.proved_at or "", "alasan": line.detail,
        }  # fmt: skip


def _table(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    """Write a table; no cell is taken for a formula by a spreadsheet."""
    text = io.StringIO(newline="")
    writer: csv.DictWriter[str] | None = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(text, fieldnames=list(row))
            writer.writeheader()
        writer.writerow({name: inert(str(value)) for name, value in row.items()})
    path.write_text(text.getvalue(), encoding="utf-8", newline="")


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
