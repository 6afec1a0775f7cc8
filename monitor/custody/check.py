"""The check of one case, on request: every body, record, WARC file and piece is hashed again; nothing is changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.custody.case import Case, gather
from monitor.custody.verify import Finding, Tally, check_body, check_warc
from monitor.evidence import Archive
from monitor.store import CustodyEntry, Store, Touch
from monitor.store.erasure import TOMBSTONE_TITLE
from monitor.store.items import content_sha256


@dataclass(frozen=True, slots=True)
class CaseCheck:
    """What the check of a case found; `pieces` is how many were hashed, `lawful` how many were erased by the rules."""

    pieces: int
    lawful: int
    findings: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """True where everything is as it was recorded."""
        return not self.findings

    def written(self) -> str:
        """Write it for the custody log."""
        return json.dumps({"berkas": self.pieces, "dihapus": self.lawful, "temuan": list(self.findings)})


def check_case(store: Store, archive: Archive, flag_id: int) -> CaseCheck:
    """Hash again all that is held of a case.

    Raises:
        NotAllowedError: there is no such flag.
    """
    case, tally = gather(store, flag_id), Tally()
    for digest in _bodies(case):
        check_body(store, archive, digest, tally)
    for digest in dict.fromkeys(one.kept.warc_sha256 for one in case.recordings if one.kept.warc_sha256):
        check_warc(store, archive, digest, tally)
    findings = [Finding(*one) for one in tally.findings] + _words(case)
    return CaseCheck(tally.bodies + tally.warcs, tally.lawful, tuple(f"{one.part}: {one.what}" for one in findings))


def last_check(log: Sequence[CustodyEntry]) -> tuple[CustodyEntry, CaseCheck] | None:
    """Give the newest check of a case out of its custody log; None where nobody checked it."""
    for entry in reversed(log):
        if entry.act is Touch.VERIFY and entry.detail.startswith("{"):
            said = json.loads(entry.detail)
            return entry, CaseCheck(said["berkas"], said["dihapus"], tuple(said["temuan"]))
    return None


def _bodies(case: Case) -> list[str]:
    held = [one.evidence_sha256 for one in case.versions] + [one.sha256 for one in case.pieces if not one.erased]
    return list(dict.fromkeys(one for one in [*held, *case.pictures] if one))


def _words(case: Case) -> list[Finding]:
    """Compare the words of each version with the digest that was taken of them when they were stored."""
    return [
        Finding("basis data", f"isi versi {one.version} tidak sama dengan sidiknya")
        for one in case.versions
        if one.item.title != TOMBSTONE_TITLE and content_sha256(one.item) != one.content_sha256
    ]
