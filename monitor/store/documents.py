"""What people wrote into the documents of a case, version by version, and the numbers that the documents carry."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from sqlite_utils import Database

from monitor.errors import ConflictError, NotAllowedError
from monitor.store import conflicts
from monitor.store.audit import Audit
from monitor.store.codec import clean, decode, dumps, encode, folded, moment, stamp
from monitor.store.connection import Connection
from monitor.store.guard import Ledger, next_key

NUMBERED = ("form_number", "finding_number", "letter_number")
"""The fields of a draft that hold the number of a document; each kind of number is given once for ever."""


@dataclass(frozen=True, slots=True)
class Witness:
    """Somebody who saw it, as people wrote them down."""

    name: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything of a case file that people write. "" = left empty; days are ISO dates. The order is that of the form.

    `variant` is "pemilu", "pilkada" or "" for what the contest is; `recipient` the id of
    a recipient of the settings.
    """

    variant: str = ""
    form_number: str = ""
    finding_number: str = ""
    letter_number: str = ""
    stage: str = ""
    officer: str = ""
    officer_post: str = ""
    order_number: str = ""
    officer_address: str = ""
    activity: str = ""
    purpose: str = ""
    target: str = ""
    time_place: str = ""
    summary: str = ""
    event: str = ""
    witnesses: tuple[Witness, ...] = ()
    evidence_note: str = ""
    suspicion: str = ""
    facts: str = ""
    analysis: str = ""
    statement: str = ""
    statement_on: str = ""
    articles: str = ""
    kind: str = ""
    follow_up: str = ""
    dispute_parties: str = ""
    dispute_place: str = ""
    dispute_time: str = ""
    dispute_form: str = ""
    dispute_identity: str = ""
    dispute_date: str = ""
    dispute_loss: str = ""
    dispute_story: str = ""
    finding_deadline: str = ""
    recipient: str = ""
    letter_about: str = ""
    letter_text: str = ""
    signed_at: str = ""
    signed_on: str = ""
    signer: str = ""
    signer_post: str = ""


@dataclass(frozen=True, slots=True)
class DraftVersion:
    """A draft as it was saved: its number from 1 within the case, by whom, when."""

    flag_id: int
    number: int
    user_id: int
    at: datetime
    draft: Draft
    erased: bool = False


class Documents:
    """Drafts and numbers of case files: append only, in the audit."""

    def __init__(self, connection: Connection, audit: Audit, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._audit = audit
        self._clock = clock

    def newest(self, flag_id: int) -> DraftVersion | None:
        """Give the newest draft of a case, None where nobody wrote one or it was lawfully erased."""
        found = self.versions(flag_id)
        return found[-1] if found and not found[-1].erased else None

    def versions(self, flag_id: int) -> list[DraftVersion]:
        """Give every draft of a case, oldest first; of erased ones nothing is left but number, time and author."""
        rows = self._connection.db.execute(
            "SELECT number, user_id, at, payload, erased FROM case_drafts WHERE flag_id=? ORDER BY number", (flag_id,)
        )
        return [
            DraftVersion(flag_id, number, user_id, moment(at), decode(Draft, json.loads(payload)), bool(erased))
            for number, user_id, at, payload, erased in rows
        ]

    def save(self, flag_id: int, draft: Draft, user_id: int, *, expected: int) -> int:
        """Store a draft as the next version and claim its numbers; gives the version's number.

        `expected` is the version that the author saw, 0 = none. A draft equal to the newest makes no version.

        Raises:
            ConflictError: somebody saved another version meanwhile; nothing was stored.
            NotAllowedError: a number was already given to another case, there is no such case, or the author is too
                near to its person.
        """
        wanted = _cleaned(draft)
        with self._connection.transaction(durable=True) as db:
            if db.execute("SELECT 1 FROM flags WHERE flag_id=?", (flag_id,)).fetchone() is None:
                raise NotAllowedError(f"tanda {flag_id} tidak ada — muat ulang antrean")
            conflicts.refuse(db, user_id, flag_id)
            row = db.execute(
                "SELECT number, payload FROM case_drafts WHERE flag_id=? ORDER BY number DESC LIMIT 1", (flag_id,)
            ).fetchone()
            newest, payload = (int(row[0]), str(row[1])) if row else (0, "")
            if newest != expected:
                raise ConflictError(
                    "orang lain menyimpan isian berkas ini lebih dahulu; isian Anda belum disimpan — bandingkan lalu "
                    "simpan lagi"
                )
            text = dumps(encode(Draft, wanted))
            if text == payload:
                return newest
            ledger = Ledger()
            self._claim(db, ledger, flag_id, wanted, user_id)
            key = next_key(db, "case_drafts")
            ledger.insert(db, "case_drafts", [(key, flag_id, newest + 1, user_id, stamp(self._clock()), text, 0)])
            self._audit.append(
                db, ledger, action="isian_berkas", subject=f"flag:{flag_id}", payload={"versi": newest + 1},
                user_id=user_id,
            )  # fmt: skip
            return newest + 1

    def _claim(self, db: Database, ledger: Ledger, flag_id: int, draft: Draft, user_id: int) -> None:
        for kind in NUMBERED:
            number = str(getattr(draft, kind))
            key = "".join(folded(number).split())
            if not key:
                continue
            row = db.execute("SELECT flag_id FROM document_numbers WHERE kind=? AND folded=?", (kind, key)).fetchone()
            if row is not None and row[0] != flag_id:
                raise NotAllowedError(
                    f"nomor `{number}` sudah diberikan kepada berkas lain (tanda {row[0]}) dan tidak dipakai dua "
                    "kali — beri nomor lain"
                )
            if row is None:
                ledger.insert(
                    db,
                    "document_numbers",
                    [(next_key(db, "document_numbers"), kind, key, number, flag_id, user_id, stamp(self._clock()))],
                )


def changed(old: Draft, new: Draft) -> list[str]:
    """Name the fields in which two drafts differ, in the order of the form."""
    return [one.name for one in fields(Draft) if getattr(old, one.name) != getattr(new, one.name)]


def _cleaned(draft: Draft) -> Draft:
    said: Mapping[str, object] = {
        one.name: clean(value.strip()) for one in fields(Draft) if isinstance(value := getattr(draft, one.name), str)
    }
    witnesses = tuple(
        Witness(clean(one.name.strip()), clean(one.address.strip())) for one in draft.witnesses if one.name.strip()
    )
    return Draft(**{"witnesses": witnesses, **said})  # type: ignore[arg-type]
