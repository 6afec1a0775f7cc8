# ruff: noqa: S608 -- only names of states and question marks are put into SQL; every value is bound
"""What the authority answered: proven or not, on which ground, and its own words of any sanction, as people enter them.

Netra draws no sanction from this and prints none: the text is kept as it was entered, with its document. An answer is
never changed; a correction is a new one that replaces it. Words can be erased with the item they are about.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlite_utils import Database

from monitor.errors import ConflictError, NotAllowedError
from monitor.models import State
from monitor.store.audit import Audit
from monitor.store.codec import clean, moment, stamp
from monitor.store.connection import Connection
from monitor.store.guard import Ledger, next_key

LONGEST = 2000
_EASTERNMOST = timedelta(hours=9)
"""WIT: where in Indonesia a day begins first."""
HANDED_ON = frozenset({State.FORWARDED, State.FINDING})
_COLUMNS = (
    "o.outcome_id, o.flag_id, o.result, o.ground, o.decided_on, o.user_id, o.at, o.replaces, t.authority, t.document, "
    "t.sanction, t.note, t.erased"
)
_SELECT = f"SELECT {_COLUMNS} FROM outcomes o JOIN outcome_texts t ON t.outcome_id = o.outcome_id "
_STANDING = "NOT EXISTS (SELECT 1 FROM outcomes r WHERE r.replaces = o.outcome_id)"


class Result(StrEnum):
    """What the authority found."""

    PROVEN = "terbukti"
    PARTLY = "terbukti_sebagian"
    NOT_PROVEN = "tidak_terbukti"


class OutcomeGround(StrEnum):
    """On what a case fell: only the words speak for or against rules and model."""

    WORDS = "isi"
    PERSON = "orang"
    EVIDENCE = "bukti"
    UNSAID = "tidak_disebut"


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody enters. `sanction` is the authority's own text, "" where it names none; `ground` of what fell."""

    result: Result
    decided_on: date
    authority: str
    document: str
    ground: OutcomeGround = OutcomeGround.UNSAID
    sanction: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer as it stands in the history of a case. Its texts are "" where they were erased."""

    outcome_id: int
    flag_id: int
    answer: Answer
    user_id: int
    at: datetime
    replaces: int | None
    erased: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """Answers to the cases in which a rule, or the model, had a part; `aside` fell for what says nothing of words."""

    proven: int = 0
    unproven: int = 0
    aside: int = 0

    @property
    def answered(self) -> int:
        """Answers in all."""
        return self.proven + self.unproven + self.aside


class Outcomes:
    """The answers of the authorities."""

    def __init__(self, connection: Connection, audit: Audit, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._audit = audit
        self._clock = clock

    def append(self, flag_id: int, user_id: int, answer: Answer, *, expected: int | None) -> Outcome:
        """Enter an answer. `expected` is the one that it corrects, None where there is none yet.

        Raises:
            ConflictError: somebody entered one meanwhile; nothing was changed.
            NotAllowedError: the case was not handed on, or the answer is not whole.
        """
        sound = _checked(answer, (self._clock() + _EASTERNMOST).date())
        with self._connection.transaction(durable=True) as db:
            _may_be_answered(db, flag_id, expected)
            key, at, ledger = next_key(db, "outcomes"), self._clock(), Ledger()
            cells = (key, flag_id, sound.result.value, sound.ground.value, sound.decided_on.isoformat(), user_id)
            ledger.insert(db, "outcomes", [(*cells, stamp(at), expected)])
            texts = (key, sound.authority, sound.document, sound.sanction, sound.note, 0)
            ledger.insert(db, "outcome_texts", [texts])
            self._audit.append(
                db, ledger, action="hasil", subject=f"flag:{flag_id}", user_id=user_id,
                payload={"hasil": sound.result.value, "dasar": sound.ground.value, "mengganti": expected},
            )  # fmt: skip
        return Outcome(key, flag_id, sound, user_id, at, expected, erased=False)

    def history(self, flag_id: int) -> list[Outcome]:
        """Give every answer to a case, oldest first; the last one stands."""
        rows = self._connection.db.execute(_SELECT + "WHERE o.flag_id=? ORDER BY o.outcome_id", (flag_id,))
        return [_outcome(row) for row in rows]

    def proofs(self, regions: frozenset[str] = frozenset()) -> dict[str, Proof]:
        """Count, for each rule id, the standing answers to the cases in which it has a part; `regions` empty = all."""
        where, values = _of_regions(regions)
        rows = self._connection.db.execute(
            "SELECT m.value, o.result, o.ground, count(*) FROM outcomes o JOIN flags f ON f.flag_id = o.flag_id "
            f"JOIN flag_marks m ON m.flag_id = o.flag_id AND m.kind = 'aturan' WHERE {_STANDING}{where} "
            "GROUP BY 1, 2, 3",
            values,
        )
        found: dict[str, Proof] = {}
        for rule_id, result, ground, count in rows:
            found[rule_id] = _added(found.get(rule_id, Proof()), Result(result), OutcomeGround(ground), count)
        return found

    def of_model(self, threshold: float) -> tuple[Proof, Proof]:
        """Count the standing answers to cases whose probability was from the threshold on, and to those below it.

        Cases without words for the model are left out.
        """
        rows = self._connection.db.execute(
            "SELECT json_extract(p.payload, '$.opinion.probability'), o.result, o.ground FROM outcomes o "
            "JOIN flags f ON f.flag_id = o.flag_id JOIN flag_opinions p ON p.opinion_id = f.opinion_id "
            f"WHERE {_STANDING} AND p.payload <> ''"
        )
        above, below = Proof(), Proof()
        for probability, result, ground in rows:
            if probability is not None and probability >= threshold:
                above = _added(above, Result(result), OutcomeGround(ground), 1)
            elif probability is not None:
                below = _added(below, Result(result), OutcomeGround(ground), 1)
        return above, below


def judged_words(db: Database) -> dict[int, bool]:
    """Give, by flag, whether the authority held the words for partisan; only answers that speak of the words."""
    rows = db.execute(f"SELECT o.flag_id, o.result, o.ground FROM outcomes o WHERE {_STANDING}")
    return {
        flag_id: result != Result.NOT_PROVEN
        for flag_id, result, ground in rows
        if result != Result.NOT_PROVEN or ground == OutcomeGround.WORDS
    }


def _added(held: Proof, result: Result, ground: OutcomeGround, count: int) -> Proof:
    if result is not Result.NOT_PROVEN:
        return Proof(held.proven + count, held.unproven, held.aside)
    if ground is OutcomeGround.WORDS:
        return Proof(held.proven, held.unproven + count, held.aside)
    return Proof(held.proven, held.unproven, held.aside + count)


def _checked(answer: Answer, today: date) -> Answer:
    """Tidy an answer; refuse one that nobody could look up again."""
    texts = [clean(text.strip()) for text in (answer.authority, answer.document, answer.sanction, answer.note)]
    authority, document, sanction, note = texts
    if not authority or not document:
        raise NotAllowedError("tulis siapa yang menjawab dan nomor suratnya, supaya jawaban itu dapat dicari kembali")
    if max(map(len, texts)) > LONGEST:
        raise NotAllowedError(f"isian terlalu panjang — paling banyak {LONGEST} karakter")
    if answer.decided_on > today:
        raise NotAllowedError("tanggal jawaban tidak boleh sesudah hari ini — periksa tahunnya")
    if answer.result is Result.NOT_PROVEN and sanction:
        raise NotAllowedError("jawaban `tidak_terbukti` tidak disertai tindak lanjut — kosongkan atau periksa hasilnya")
    ground = answer.ground if answer.result is Result.NOT_PROVEN else OutcomeGround.UNSAID
    return Answer(answer.result, answer.decided_on, authority, document, ground, sanction, note)


def _may_be_answered(db: Database, flag_id: int, expected: int | None) -> None:
    row = db.execute("SELECT state FROM flags WHERE flag_id=?", (flag_id,)).fetchone()
    if row is None:
        raise NotAllowedError(f"tanda {flag_id} tidak ada — muat ulang antrean")
    if State(row[0]) not in HANDED_ON:
        raise NotAllowedError("hanya kasus yang sudah diteruskan atau ditetapkan sebagai temuan yang dapat dijawab")
    newest = db.execute("SELECT max(outcome_id) FROM outcomes WHERE flag_id=?", (flag_id,)).fetchone()[0]
    if newest != expected:
        raise ConflictError("orang lain sudah memasukkan jawaban; tidak ada yang diubah — muat ulang lalu periksa lagi")


def _outcome(row: Sequence[str | int | None]) -> Outcome:
    key, flag_id, result, ground, day, user_id, at, replaces, *texts, erased = row
    authority, document, sanction, note = map(str, texts)
    decided_on, why = date.fromisoformat(str(day)), OutcomeGround(str(ground))
    answer = Answer(Result(str(result)), decided_on, authority, document, why, sanction, note)
    corrected = None if replaces is None else int(replaces)
    return Outcome(
        int(key or 0), int(flag_id or 0), answer, int(user_id or 0), moment(str(at)), corrected, bool(erased)
    )


def _of_regions(regions: frozenset[str]) -> tuple[str, list[str]]:
    if not regions:
        return "", []
    return " AND f.region IN (SELECT value FROM json_each(?))", [json.dumps(sorted(regions))]
