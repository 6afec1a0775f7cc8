"""What the queue is searched and ordered by: folded words in a trigram index, and the keys of every order.

Text and question are folded alike: case, accents, punctuation and drawn-out letters go ("MANTAAAP" is "mantap"), signs
such as emoji stand alone. Every word of a question must be found, anywhere in a word of the text; one or two letters
count only as a whole word. What a reader types is quoted whole, so that no syntax of the index can be spoken.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sqlite_utils import Database

from monitor.models import Actor, Flag, Item, Opinion, StoredItem
from monitor.store import cases
from monitor.store.codec import stamp
from monitor.store.connection import Connection
from monitor.store.orderkeys import NO_CHANCE, doubt_of, fold

AT_ONCE = 500
_MOST_WORDS = 12
_folded = lru_cache(maxsize=2000)(fold)  # for what many flags share: names, offices, titles of rules


@dataclass(frozen=True, slots=True)
class Keys:
    """What a flag is ordered and narrowed by beside its level, phase and region."""

    doubt: float
    probability: float
    happened_at: str
    office: str


def terms(text: str) -> list[str]:
    """Give what must stand in the words of a flag; one or two letters only as a whole word, hence with blanks."""
    words = dict.fromkeys(fold(text[:500]).split()[:_MOST_WORDS])
    return [word if len(word) > 2 else f" {word} " for word in words]


def asked(wanted: list[str]) -> str:
    """Write terms as a question to the index: each a quoted string, all of them needed."""
    return " AND ".join('"' + term.replace('"', '""') + '"' for term in wanted)


def words_of(item: Item, actor: Actor, opinion: Opinion) -> str:
    """Give the folded words of a flag: person, office, rules, text and parent; with a blank at both ends."""
    held, parent = actor.appointment, item.parent
    shared = [
        actor.person.full_name,
        *((held.office, held.post) if held is not None else ()),
        *(f"{match.title} {match.rule_id}" for match in opinion.matches),
    ]
    own = [item.title, item.text, parent.text if parent is not None else ""]
    return f" {' '.join([*(_folded(one) for one in shared if one), *(fold(one) for one in own if one)])} "


def keys_of(stored: StoredItem, actor: Actor, opinion: Opinion) -> Keys:
    """Give the keys of the orders. The threshold is the one the opinion was formed by, 0.5 where none is known."""
    chance, held = opinion.probability, actor.appointment
    doubt = doubt_of(chance, dict(opinion.digests))
    return Keys(
        doubt,
        NO_CHANCE if chance is None else float(chance),
        stamp(stored.item.happened_at or stored.captured_at),
        _folded(held.office) if held is not None else "",
    )


def why_marks(opinion: Opinion) -> set[str]:
    """Give what a flag can be asked for by the kind of its reasons: "model", "dasar:akun_pemenangan", "nama_saja"."""
    return {one.code for one in opinion.reasons if not one.code.startswith("aturan:")}


class Search:
    """Keeps the index whole. Screening writes into it as it goes; what was loaded in bulk is indexed afterwards."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def catch_up(self) -> int:
        """Index every flag that is not yet in the index (loaded in bulk, or by an older Netra); gives how many."""
        done = 0
        while True:
            with self._connection.transaction() as db:
                rows = db.execute("SELECT flag_id FROM flag_words WHERE stale = 1 LIMIT ?", (AT_ONCE,)).fetchall()
                if not rows:
                    return done
                flags = cases.load(db, [row[0] for row in rows])
                _write(db, flags)
                known = {flag.flag_id for flag in flags}
                db.conn.executemany(
                    "DELETE FROM flag_words WHERE flag_id = ?", [row for row in rows if row[0] not in known]
                )
            done += len(rows)

    @property
    def behind(self) -> bool:
        """Tell whether a flag is not in the index yet."""
        return self._connection.db.execute("SELECT 1 FROM flag_words WHERE stale = 1 LIMIT 1").fetchone() is not None


def _write(db: Database, flags: list[Flag]) -> None:
    found = [(flag, keys_of(flag.stored, flag.actor, flag.opinion)) for flag in flags]
    db.conn.executemany(
        "UPDATE flags SET doubt=?, probability=?, happened_at=?, office=? WHERE flag_id=?",
        [(keys.doubt, keys.probability, keys.happened_at, keys.office, flag.flag_id) for flag, keys in found],
    )
    db.conn.executemany(
        "UPDATE flag_words SET words=?, stale=0 WHERE flag_id=?",
        [(words_of(flag.stored.item, flag.actor, flag.opinion), flag.flag_id) for flag, _ in found],
    )
    db.conn.executemany(
        "INSERT OR IGNORE INTO flag_marks VALUES (?,?,?)",
        [(flag.flag_id, "sebab", code) for flag, _ in found for code in sorted(why_marks(flag.opinion))],
    )
