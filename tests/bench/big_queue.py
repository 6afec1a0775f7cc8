"""An office with very many items and open flags: a thousand made by the store itself, the rest copied of them in SQL.

Every copy is a row like those that the store writes (own ids, own words, own place in every order), so that pages and
decisions meet the same tables, indexes and triggers; only the ledger of the audit is not copied, which neither reads.
"""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

from monitor.models import (
    Account,
    Actor,
    Basis,
    Change,
    Item,
    ItemKind,
    Level,
    Parent,
    Phase,
    Platform,
    RosterChange,
    Screened,
    Setting,
)
from monitor.store import Placed, Store
from tests.fakes_store import a_row, an_item, an_opinion, save
from tests.fakes_web import NOW, World

BASE = 1000
PEOPLE = 200
WORDS = [
    "dukung",
    "menangkan",
    "lanjutkan",
    "pilih",
    "coblos",
    "nomor",
    "satu",
    "dua",
    "tiga",
    "warga",
    "desa",
    "kerja",
    "bersama",
    "kegiatan",
    "dinas",
    "rapat",
    "sekolah",
    "guru",
    "pasar",
    "jalan",
    "desa",
    "hujan",
    "lomba",
    "futsal",
    "lari",
    "pagi",
    "selamat",
    "semangat",
    "sukses",
    "bapak",
    "ibu",
    "calon",
    "debat",
    "visi",
    "misi",
    "program",
]


def seed(world: World, flagged: int) -> None:
    """Make BASE items of PEOPLE through the store's own doors, and flags of the first `flagged`."""
    store, chance = world.store, random.Random(9)
    store.roster.apply([RosterChange(Change.NEW, a_row(number), None) for number in range(1, PEOPLE + 1)])
    people = store.roster.persons()
    accounts = {one.person_id: one for one in store.roster.accounts()}
    save(store, *[_item(number, chance) for number in range(BASE)])
    results = []
    for stored in store.items.unscreened(BASE):
        person = people[stored.item_id % PEOPLE]
        account: Account = accounts[person.person_id]
        actor = Actor(person, Basis.ACCOUNT_ID, 1.0, account, person.appointments[-1])
        opinion = an_opinion(
            round(chance.uniform(40, 95), 3), chance.choice([Level.MEDIUM, Level.HIGH]),
            probability=round(chance.random(), 4), digests=(("ambang", "0.6000/0.9000"),),
            setting=Setting("pilkada-contoh-2025", chance.choice([Phase.QUIET, Phase.CAMPAIGN, Phase.ASPIRANT])),
        )  # fmt: skip
        results.append(Screened(stored, ((actor, opinion),) if stored.item_id <= flagged else ()))
    store.flags.save(results, 1, "d")


def _item(number: int, chance: random.Random) -> Item:
    words = " ".join(chance.choices(WORDS, k=chance.randrange(8, 40)))
    kind = chance.choice([ItemKind.POST, ItemKind.COMMENT, ItemKind.LIKE])
    return an_item(
        f"asal{number}", words, kind=kind, platform=chance.choice([Platform.INSTAGRAM, Platform.FACEBOOK]),
        happened_at=NOW - timedelta(hours=chance.randrange(900)),
        parent=Parent(f"induk{number}", text=" ".join(chance.choices(WORDS, k=20))) if kind is not ItemKind.POST else None,
    )  # fmt: skip


def multiply(store: Store, items: int, flags: int) -> None:
    """Copy until there are `items` items and `flags` open flags."""
    db = store._connection.db
    copies, flagged = items // BASE - 1, flags // BASE - 1
    db.execute("PRAGMA synchronous=OFF")
    db.execute("PRAGMA cache_size=-400000")
    with store._connection.transaction():
        _copy(store, "items", copies, {
            "item_id": "item_id + n * 1000", "native_id": "native_id || '-' || n", "version_id": "version_id + n * 1000",
        })  # fmt: skip
        _copy(store, "item_versions", copies, {
            "version_id": "version_id + n * 1000", "item_id": "item_id + n * 1000",
            "payload": "replace(payload, '\"native_id\":\"asal', '\"native_id\":\"salin' || n || '-')",
        })  # fmt: skip
        urgency = "40 + ((flag_id * 7919 + n * 1337) % 55000) / 1000.0"
        _copy(store, "flags", flagged, {
            "flag_id": "flag_id + n * 1000", "item_id": "item_id + n * 1000", "opinion_id": "opinion_id + n * 1000",
            "urgency": urgency, "haste": urgency, "doubt": "((flag_id * 7919 + n * 10472) % 5000) / 10000.0",
            "probability": "((flag_id * 6151 + n * 9973) % 10000) / 10000.0",
            "happened_at": "strftime('%Y-%m-%dT%H:%M:%S.000000+00:00', happened_at, '-' || (n * 11 % 700) || ' hours')",
        })  # fmt: skip
        _copy(store, "flag_opinions", flagged, {
            "opinion_id": "opinion_id + n * 1000", "flag_id": "flag_id + n * 1000", "item_id": "item_id + n * 1000",
        })  # fmt: skip
        _copy(store, "flag_marks", flagged, {"flag_id": "flag_id + n * 1000"})
        _copy(store, "flag_words", flagged, {
            "flag_id": "flag_id + n * 1000", "words": "words || 'khas' || n || 'x' || flag_id || ' '", "stale": "1",
        })  # fmt: skip
        db.execute("UPDATE flag_words SET stale = 0")
    db.execute("INSERT INTO flag_search(flag_search) VALUES ('rebuild')")


def liken(store: Store, flags: int) -> None:
    """Let a third of the flags be near-duplicates, three to a group."""
    step = range(1, flags - 9, 9)
    store.groups.place([Placed(one, one, 1, 1.0) for one in step])
    store.groups.place([Placed(one + more, one, 1, 0.9) for one in step for more in (3, 7)])


def _copy(store: Store, table: str, times: int, changed: dict[str, str]) -> None:
    """Copy the rows of a table, number `n` from 1 on, with some columns changed."""
    db = store._connection.db
    columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    source = ", ".join(changed.get(one, one) for one in columns)
    key = {"items": "item_id", "item_versions": "version_id", "flag_opinions": "opinion_id"}.get(table, "flag_id")
    db.execute(
        "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?) "
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {source} FROM numbers JOIN {table} t "
        f"ON t.{key} <= 1000 WHERE n <= ?",
        (max(times, 1), times),
    )


def build(folder: Path, items: int, flags: int) -> World:
    """Make an office with so many items and open flags, both thousands; flags under a thousand are not copied."""
    folder.mkdir(parents=True, exist_ok=True)
    world = World(folder)
    seed(world, min(flags, BASE))
    if items > BASE:
        multiply(world.store, items, flags)
    liken(world.store, flags)
    db = world.store._connection.db
    for pragma in ("synchronous=NORMAL", "cache_size=-32000", "wal_checkpoint(TRUNCATE)"):  # as an office runs
        db.execute(f"PRAGMA {pragma}").fetchall()
    return world
