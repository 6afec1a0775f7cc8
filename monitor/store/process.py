# ruff: noqa: S608 -- only names of columns and question marks are put into SQL; every value is bound
"""What happens to a case after the first information: tracing, plenary, ruling; objections; questions; forms; times.

Every step is an appended event in the ledger. Nothing is sent on or becomes a finding unless everything that law and
fairness ask for is there; what is missing is said by `lacking`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlite_utils import Database

from monitor.errors import NotAllowedError
from monitor.models import Decision, Flag, State
from monitor.store import cases, conflicts, guards
from monitor.store.audit import Audit
from monitor.store.codec import clean, dumps, moment, stamp
from monitor.store.connection import Connection
from monitor.store.decisions import Decisions, Move, check_step, current
from monitor.store.guard import Ledger, next_key
from monitor.store.guards import EvidenceCheck, Lack
from monitor.store.steps import Happened, Objection, Plenary, ProcessEvent, Question, Ruling, Times, event

LONGEST_TEXT = 4000
_COLUMNS = "event_id, flag_id, kind, decision_id, user_id, at, payload, erased"


@dataclass(frozen=True, slots=True)
class _Entry:
    """An event about to be written."""

    kind: Happened
    detail: Mapping[str, str] = field(default_factory=dict)


class Process:
    """The steps of cases."""

    def __init__(
        self, connection: Connection, audit: Audit, clock: Callable[[], datetime], decisions: Decisions
    ) -> None:
        self._connection = connection
        self._audit = audit
        self._clock = clock
        self._decisions = decisions

    # ------------------------------------------------------------------ steps

    def trace(self, flag_id: int, user_id: int, who: str, until: date, note: str, *, expected: int) -> Decision:
        """Begin tracing: who does it, until when.

        Raises:
            ConflictError: somebody decided first. NotAllowedError: the step is not legal yet.
        """
        _need(who.strip(), "sebutkan siapa yang menelusuri")
        with self._connection.transaction(durable=True) as db:
            before = current(db, flag_id, expected)
            check_step(before, State.TRACING, None)
            guards.refuse(guards.reviewed(db, flag_id))
            entry = _Entry(Happened.TRACING, {"siapa": who.strip(), "sampai": until.isoformat(), "catatan": note})
            return self._step(db, Move(flag_id, user_id, before, State.TRACING, None, note), entry)

    def plenary(self, flag_id: int, user_id: int, held: Plenary, *, expected: int) -> Decision:
        """Take the case to a plenary session, with its number and day.

        Raises:
            ConflictError: somebody decided first. NotAllowedError: number or day is missing, or the step is not legal.
        """
        _need(held.number.strip(), "nomor berita acara pleno wajib diisi — salin dari berita acaranya")
        self._not_ahead(held.day)
        if held.known_at is not None:
            self._sound(held.known_at)
        with self._connection.transaction(durable=True) as db:
            before = current(db, flag_id, expected)
            check_step(before, State.PLENARY, None)
            detail = {
                "nomor": held.number.strip(), "tanggal": held.day.isoformat(), "peserta": held.participants.strip(),
                "catatan": held.note,
            }  # fmt: skip
            if held.known_at is not None:
                detail["diketahui"] = stamp(held.known_at)
            move = Move(flag_id, user_id, before, State.PLENARY, None, held.note)
            return self._step(db, move, _Entry(Happened.PLENARY, detail))

    def rule(
        self, flag_id: int, user_id: int, ruling: Ruling, *, evidence: EvidenceCheck | None, expected: int
    ) -> Decision:
        """Write down what the plenary ruled. `evidence` is a fresh check of every piece, needed unless it is stopped.

        Raises:
            ConflictError: somebody decided first.
            NotAllowedError: something is missing; the error says everything that is, and what to do.
        """
        with self._connection.transaction(durable=True) as db:
            before = current(db, flag_id, expected)
            check_step(before, ruling.state, ruling.reason)
            if ruling.state is not State.STOPPED:
                guards.refuse(guards.lacking(db, flag_id, evidence, self._clock()))
            detail = {"putusan": ruling.state.value, "catatan": ruling.note}
            if evidence is not None:
                detail["bukti_diperiksa"] = str(evidence.pieces)
            move = Move(flag_id, user_id, before, ruling.state, ruling.reason, ruling.note)
            return self._step(db, move, _Entry(Happened.RULING, detail))

    def object(self, flag_id: int, user_id: int, said: Objection, *, expected: int | None) -> ProcessEvent:
        """Write down an objection or appeal; a case that had ended is opened again by it.

        Raises:
            ConflictError: somebody decided first. NotAllowedError: way or words are missing, or the day lies ahead.
        """
        _need(said.channel.strip(), "sebutkan lewat apa keberatan itu datang, misalnya surat atau lisan")
        _need(said.text.strip(), "tulis isi keberatan itu")
        self._not_ahead(said.day)
        detail = {
            "tanggal": said.day.isoformat(), "saluran": said.channel.strip(), "isi": said.text.strip(),
            "dokumen": said.document_sha256, "banding": "ya" if said.appeal else "",
        }  # fmt: skip
        return self._open_again(flag_id, user_id, _Entry(Happened.OBJECTION, detail), expected)

    def new_evidence(self, flag_id: int, user_id: int, why: str, *, expected: int) -> ProcessEvent:
        """Open an ended case again because of a version or piece that came after its decision.

        Raises:
            ConflictError: somebody decided first. NotAllowedError: nothing new has come, or no reason was given.
        """
        _need(why.strip(), "tulis apa yang baru pada bukti itu")
        return self._open_again(flag_id, user_id, _Entry(Happened.NEW_EVIDENCE, {"alasan": why.strip()}), expected)

    # ------------------------------------------------------------------ what changes no state

    def note(self, flag_id: int, user_id: int, text: str, *, found: bool = False) -> ProcessEvent:
        """Write a note, or a result of the tracing; it opens nothing again.

        Raises:
            NotAllowedError: it is empty or too long.
        """
        _need(text.strip(), "catatan masih kosong")
        return self._note(flag_id, user_id, _Entry(Happened.FOUND if found else Happened.NOTE, {"isi": text.strip()}))

    def know(self, flag_id: int, user_id: int, at: datetime, number: str) -> ProcessEvent:
        """Fix when it became known, by the plenary that took it as first information; `number` is its minutes' number.

        Raises:
            NotAllowedError: the number is missing, or the time lies ahead.
        """
        _need(number.strip(), "nomor berita acara yang menetapkan informasi awal wajib diisi")
        self._sound(at)
        detail = {"diketahui": stamp(at), "nomor": number.strip(), "dasar": "informasi_awal"}
        return self._note(flag_id, user_id, _Entry(Happened.KNOWN, detail))

    def switch_form(self, flag_id: int, user_id: int, form: str, why: str) -> ProcessEvent:
        """Choose another form than the proposed one, and say why.

        Raises:
            NotAllowedError: there is no such form, or no reason was given.
        """
        if form not in guards.FORMS:
            raise NotAllowedError(f"bentuk `{form[:20]}` tidak dikenal — pilih salah satu dari daftar")
        _need(why.strip(), "mengganti bentuk perlu alasan")
        return self._note(flag_id, user_id, _Entry(Happened.FORM, {"bentuk": form, "alasan": why.strip()}))

    def identify(self, flag_id: int, user_id: int, seen: str) -> ProcessEvent:
        """Write down by what the person behind a name was identified (a document, an interview), for name-only leads.

        Raises:
            NotAllowedError: nothing was named.
        """
        _need(seen.strip(), "tulis dengan apa identitas orang itu dipastikan")
        return self._note(flag_id, user_id, _Entry(Happened.IDENTITY, {"dasar": seen.strip()}))

    def ask(self, flag_id: int, user_id: int, what: str, whom: str, until: date) -> ProcessEvent:
        """Write down that information is needed: what, from whom, until when. No clock stops.

        Raises:
            NotAllowedError: what or whom is missing.
        """
        _need(what.strip(), "tulis apa yang ditanyakan")
        _need(whom.strip(), "tulis kepada siapa ditanyakan")
        detail = {"apa": what.strip(), "siapa": whom.strip(), "sampai": until.isoformat()}
        return self._note(flag_id, user_id, _Entry(Happened.ASKED, detail))

    def answer(self, flag_id: int, user_id: int, question_id: int, text: str) -> ProcessEvent:
        """Close an open question with its answer, or with the word that none came.

        Raises:
            NotAllowedError: no such open question, or the answer is empty.
        """
        _need(text.strip(), "tulis jawabannya, atau bahwa tidak ada jawaban")
        if question_id not in {one.event.event_id for one in self.questions(flag_id)}:
            raise NotAllowedError("pertanyaan itu tidak ada atau sudah dijawab — muat ulang")
        return self._note(
            flag_id, user_id, _Entry(Happened.ANSWERED, {"pertanyaan": str(question_id), "isi": text.strip()})
        )

    # ------------------------------------------------------------------ reading

    def events(self, flag_id: int) -> list[ProcessEvent]:
        """Give every event of a case, oldest first."""
        rows = self._connection.db.execute(
            f"SELECT {_COLUMNS} FROM process_events WHERE flag_id=? ORDER BY event_id", (flag_id,)
        )
        return [event(row) for row in rows]

    def times(self, flag_id: int) -> Times:
        """Give the times that the legal clock runs by.

        Raises:
            NotAllowedError: there is no such flag.
        """
        with self._connection.snapshot() as db:
            found = cases.load(db, [flag_id])
            if not found:
                raise NotAllowedError(f"tanda {flag_id} tidak ada — kembali ke antrean")
            return _times(db, found[0])

    def form(self, flag_id: int) -> tuple[str, str] | None:
        """Give the form that somebody chose instead of the proposed one, and why; None = the proposal stands."""
        chosen = [one for one in self.events(flag_id) if one.kind is Happened.FORM and not one.erased]
        return (chosen[-1].detail["bentuk"], chosen[-1].detail["alasan"]) if chosen else None

    def questions(self, flag_id: int | None = None, regions: frozenset[str] = frozenset()) -> list[Question]:
        """Give open questions, of one case or of all, the most urgent first."""
        rows = self._connection.db.execute(
            f"SELECT {', '.join('e.' + one for one in _COLUMNS.split(', '))} FROM process_events e "
            "JOIN flags f ON f.flag_id = e.flag_id WHERE e.kind = 'tanya' AND e.erased = 0 "
            "AND (:flag IS NULL OR e.flag_id = :flag) "
            "AND (:regions = '[]' OR f.region IN (SELECT value FROM json_each(:regions))) AND NOT EXISTS "
            "(SELECT 1 FROM process_events a WHERE a.flag_id = e.flag_id AND a.kind = 'jawab' AND a.erased = 0 "
            "AND json_extract(a.payload, '$.pertanyaan') = CAST(e.event_id AS TEXT)) ORDER BY e.event_id",
            {"flag": flag_id, "regions": json.dumps(sorted(regions))},
        )
        asked = [event(row) for row in rows]
        made = [
            Question(one, one.detail["apa"], one.detail["siapa"], date.fromisoformat(one.detail["sampai"]))
            for one in asked
        ]
        return sorted(made, key=lambda one: (one.until, one.event.event_id))

    def lacking(self, flag_id: int, evidence: EvidenceCheck | None = None) -> list[Lack]:
        """Say everything that is missing before a case may be sent on, each with what to do; [] = nothing."""
        with self._connection.snapshot() as db:
            return guards.lacking(db, flag_id, evidence, self._clock())

    def fresh_evidence(self, flag_id: int) -> list[str]:
        """Say in Indonesian which versions and pieces came after the decision that ended a case."""
        with self._connection.snapshot() as db:
            return guards.fresh(db, flag_id)

    # ------------------------------------------------------------------ writing

    def _open_again(self, flag_id: int, user_id: int, entry: _Entry, expected: int | None) -> ProcessEvent:
        with self._connection.transaction(durable=True) as db:
            before = current(db, flag_id, expected)
            ended = before.dismissed or before in {State.FORWARDED, State.FINDING}
            if entry.kind is Happened.NEW_EVIDENCE:
                if not ended:
                    raise NotAllowedError("kasus ini masih terbuka; bukti baru langsung ikut dipertimbangkan")
                if not guards.fresh(db, flag_id):
                    raise NotAllowedError("tidak ada versi atau potongan bukti sesudah keputusan terakhir")
            if not ended:
                return self._append(db, flag_id, user_id, entry)
            move = Move(flag_id, user_id, before, State.IN_REVIEW, None, next(iter(entry.detail.values())))
            self._step(db, move, entry)
        return self.events(flag_id)[-1]

    def _note(self, flag_id: int, user_id: int, entry: _Entry) -> ProcessEvent:
        with self._connection.transaction(durable=True) as db:
            if db.execute("SELECT 1 FROM flags WHERE flag_id=?", (flag_id,)).fetchone() is None:
                raise NotAllowedError(f"tanda {flag_id} tidak ada — muat ulang antrean")
            return self._append(db, flag_id, user_id, entry)

    def _append(self, db: Database, flag_id: int, user_id: int, entry: _Entry) -> ProcessEvent:
        conflicts.refuse(db, user_id, flag_id)
        ledger = Ledger()
        made = self._insert(db, ledger, (flag_id, user_id, None), entry)
        self._audit.append(
            db, ledger, action=f"proses_{entry.kind}", subject=f"flag:{flag_id}", payload={"hal": entry.kind.value},
            user_id=user_id,
        )  # fmt: skip
        return made

    def _step(self, db: Database, move: Move, entry: _Entry) -> Decision:
        ledger = Ledger()
        decision_id = next_key(db, "decisions")
        self._insert(db, ledger, (move.flag_id, move.user_id, decision_id), entry)
        return self._decisions.write_in(db, move, ledger)

    def _insert(self, db: Database, ledger: Ledger, where: tuple[int, int, int | None], entry: _Entry) -> ProcessEvent:
        flag_id, user_id, decision_id = where
        detail = {name: clean(value) for name, value in entry.detail.items()}
        if any(len(value) > LONGEST_TEXT for value in detail.values()):
            raise NotAllowedError(f"satu isian paling panjang {LONGEST_TEXT} karakter — singkatkan")
        key, at = next_key(db, "process_events"), self._clock()
        row = (key, flag_id, entry.kind.value, decision_id, user_id, stamp(at), dumps(detail), 0)
        ledger.insert(db, "process_events", [row])
        return ProcessEvent(key, flag_id, entry.kind, decision_id, user_id, at, detail, erased=False)

    def _sound(self, known: datetime) -> None:
        if known > self._clock():
            raise NotAllowedError("waktu diketahui tidak boleh di masa depan — periksa tanggalnya")

    def _not_ahead(self, day: date) -> None:
        # A day may begin up to fourteen hours before UTC's does; whose day it is, the page checks.
        if (day - self._clock().date()).days > 1:
            raise NotAllowedError("tanggalnya di masa depan — periksa lagi")


def _times(db: Database, flag: Flag) -> Times:
    captured = db.execute(
        "SELECT min(captured_at) FROM item_versions WHERE item_id=?", (flag.stored.item_id,)
    ).fetchone()[0]
    leads = [one.decided_at for one in flag.decisions if one.state is State.LEAD and one.undoes is None]
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM process_events WHERE flag_id=? AND kind IN ('diketahui', 'pleno') AND erased = 0 "
        "ORDER BY event_id",
        (flag.flag_id,),
    )
    known = [one for one in map(event, rows) if one.detail.get("diketahui")]
    last = known[-1] if known else None
    return Times(
        flag.flag_id,
        flag.stored.item.happened_at,
        moment(captured),
        leads[0] if leads and flag.state.ahead else None,
        moment(last.detail["diketahui"]) if last is not None else None,
        "" if last is None else "pleno" if last.kind is Happened.PLENARY else "informasi_awal",
    )


def _need(text: str, said: str) -> None:
    if not text:
        raise NotAllowedError(said)
