"""Posts, comments, likes, shares and follows in JSONL or CSV files that people bring.

Columns (a sample of each format: tests/golden/records/contoh.csv and contoh.jsonl):

| column | must | meaning |
|---|---|---|
| `id` | yes | the platform's id of the act; unique within its platform |
| `platform` | yes, or in the settings | the values of `models.Platform`: bluesky, instagram, berita, ... |
| `kind` | yes, or in the settings | unggahan, komentar, suka, bagikan, ikuti, artikel (or post, comment, like, ...) |
| `author_id`, `author_handle` | one of them | immutable id, and handle, of who acted |
| `author_name` | no | name shown |
| `text` | yes, except for likes and follows | what was written |
| `time` | yes | with zone, or without and `zone:` in the settings; unix seconds; may be empty |
| `title`, `url` | no | headline, address |
| `parent_id`, `parent_url`, `parent_text` | no | what was commented on, liked or shared |
| `parent_author_id`, `parent_author_handle`, `parent_author_name` | no | whose that is |

`columns:` in the settings maps our names to those of the file. A file that lacks columns, whose ids were turned into
`1.99E+18`, or whose times have no zone is refused whole; a single bad line is reported and the rest is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from monitor.collectors import dates, tables, urls
from monitor.collectors.base import drift, failed
from monitor.collectors.dates import Stamp
from monitor.collectors.tables import Table
from monitor.config import FileSource
from monitor.models import AccountRef, Item, ItemKind, Outcome, Page, Parent, Platform, Request, Response

# Our name of each column; `columns:` in the settings may map it to another.
COLUMNS = (
    "id",
    "platform",
    "kind",
    "author_id",
    "author_handle",
    "author_name",
    "text",
    "title",
    "url",
    "time",
    "parent_id",
    "parent_url",
    "parent_text",
    "parent_author_id",
    "parent_author_handle",
    "parent_author_name",
)
_ID_COLUMNS = ("id", "author_id", "parent_id", "parent_author_id")
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?[eE][+]?[0-9]{1,3}\Z")
_WITHOUT_TEXT = {ItemKind.LIKE, ItemKind.FOLLOW}
_MOST_PROBLEMS = 200

_KINDS = {kind.value: kind for kind in ItemKind} | {
    "post": ItemKind.POST,
    "comment": ItemKind.COMMENT,
    "like": ItemKind.LIKE,
    "share": ItemKind.SHARE,
    "follow": ItemKind.FOLLOW,
    "article": ItemKind.ARTICLE,
}
_PLATFORMS = {platform.value: platform for platform in Platform} | {
    "twitter": Platform.X,
    "fb": Platform.FACEBOOK,
    "ig": Platform.INSTAGRAM,
    "yt": Platform.YOUTUBE,
    "tt": Platform.TIKTOK,
    "bsky": Platform.BLUESKY,
    "news": Platform.NEWS,
}


class _BadRowError(Exception):
    """One row cannot be an item; the message is Indonesian."""


class RecordsSource:
    """JSONL or CSV files named by a glob."""

    def __init__(self, config: FileSource, list_files: Callable[[str], Sequence[str]]) -> None:
        self.source_id = config.id
        self._config, self._list_files = config, list_files
        self._theirs = {column: config.columns.get(column, column) for column in COLUMNS}

    def start(self, cursor: str) -> Sequence[Request]:
        """Ask for every file the pattern names; without any, for the pattern itself, so that its absence is reported.

        The ETag of a file is the hash of its content, kept by the caller: `cursor` is not needed.
        """
        del cursor
        return tuple(Request(path, "file") for path in self._list_files(self._config.path) or [self._config.path])

    def read(self, response: Response) -> Page:
        """Read one file."""
        if page := failed(response):
            return page
        name = response.request.url
        text, note = tables.decode(response.body)
        table = (
            tables.read_jsonl(text) if self._config.type == "jsonl" else tables.read_csv(text, self._theirs.values())
        )
        if not table.columns and not table.problems and not table.rows:
            return Page(Outcome.OK_EMPTY_PROVED)
        if reasons := self._refusals(table):
            return drift(f"{name} ditolak seluruhnya; tidak ada yang disimpan", [f"{name}: {one}" for one in reasons])
        items, problems = self._items(table, response)
        problems = [*([note] if note else []), *table.problems, *problems]
        if len(problems) > _MOST_PROBLEMS:
            problems = [*problems[:_MOST_PROBLEMS], f"dan {len(problems) - _MOST_PROBLEMS} baris bermasalah lain"]
        lines = tuple(f"{name}: {problem}" for problem in problems)
        if (table.problems or table.rows) and not items:
            return drift(f"{name}: tidak satu pun baris terbaca", lines)
        return Page(Outcome.OK_ITEMS if items else Outcome.OK_EMPTY_PROVED, tuple(items), problems=lines)

    # ------------------------------------------------------------------- the whole file

    def _refusals(self, table: Table) -> list[str]:
        if not table.columns:
            return []
        return [*self._missing(table.columns), *self._crushed_ids(table), *self._zoneless(table)]

    def _missing(self, columns: Sequence[str]) -> list[str]:
        needed = ["id", "time"]
        if self._config.platform is None:
            needed.append("platform")
        if self._config.kind is None:
            needed.append("kind")
        if self._config.kind not in _WITHOUT_TEXT:
            needed.append("text")
        absent = [f"`{self._theirs[column]}`" for column in needed if self._theirs[column] not in columns]
        if not {self._theirs["author_id"], self._theirs["author_handle"]} & set(columns):
            absent.append(f"`{self._theirs['author_id']}` atau `{self._theirs['author_handle']}`")
        if not absent:
            return []
        found = ", ".join(columns[:20])
        return [f"kolom {', '.join(absent)} tidak ada — petakan dengan `columns:`; kolom yang ada: {found}"]

    def _crushed_ids(self, table: Table) -> list[str]:
        for column in _ID_COLUMNS:
            theirs = self._theirs[column]
            lines = [line for line, cells in table.rows if _SCIENTIFIC.match(cells.get(theirs, "").strip())]
            if lines:
                where = ", ".join(map(str, lines[:5]))
                reason = f"kolom `{theirs}` berisi angka bergaya 1.99E+18 (baris {where}); digit id sudah hilang"
                return [f"{reason} — ekspor ulang, dan di Excel jadikan kolom itu Teks sebelum menyimpan"]
        return []

    def _zoneless(self, table: Table) -> list[str]:
        if self._config.zone:
            return []
        theirs = self._theirs["time"]
        for line, cells in table.rows:
            if dates.lacks_zone(cells.get(theirs, "")):
                return [
                    f"waktu pada baris {line} tidak menyebut zona — isi `zone: WIB`, `WITA` atau `WIT` pada sumber ini"
                ]
        return []

    # ------------------------------------------------------------------- row by row

    def _items(self, table: Table, response: Response) -> tuple[list[Item], list[str]]:
        known: dict[tuple[Platform, str], tuple[int, Item]] = {}
        problems: list[str] = []
        names = tuple(self._theirs.items())
        for line, cells in table.rows:
            row = {column: cells.get(theirs, "").strip() for column, theirs in names}
            stamp = dates.parse(row["time"], seen_at=response.fetched_at, zone=self._config.zone or "")
            try:
                item = self._item(row, stamp)
            except _BadRowError as error:
                problems.append(f"baris {line}: {error}; dilewati")
                continue
            if stamp.problem:
                problems.append(f"baris {line}: {stamp.problem}")
            first = known.setdefault((item.platform, item.native_id), (line, item))
            if first[0] != line:
                same = "sama persis" if first[1] == item else "isinya berbeda"
                problems.append(f"baris {line}: id sama dengan baris {first[0]} ({same}); yang pertama dipakai")
        return [item for _, item in known.values()], problems

    def _item(self, row: Mapping[str, str], stamp: Stamp) -> Item:
        platform = self._config.platform or _PLATFORMS.get(row["platform"].lower())
        if platform is None:
            raise _BadRowError(f"platform {row['platform'][:40]!r} tidak dikenal")
        kind = self._config.kind or _KINDS.get(row["kind"].lower())
        if kind is None:
            raise _BadRowError(
                f"jenis {row['kind'][:40]!r} tidak dikenal — tulis unggahan, komentar, suka, atau bagikan"
            )
        if not row["id"]:
            raise _BadRowError("kolom `id` kosong")
        author = _account(platform, row, "author")
        if author is None:
            raise _BadRowError("pelaku tidak disebut (`author_id` dan `author_handle` kosong)")
        return Item(
            source_id=self.source_id,
            platform=platform,
            native_id=row["id"],
            kind=kind,
            author=author,
            text=row["text"],
            title=row["title"],
            url=_link(row["url"]),
            happened_at=stamp.at,
            happened_raw=row["time"],
            happened_rule=stamp.rule,
            parent=_parent(platform, row),
        )


def _account(platform: Platform, row: Mapping[str, str], prefix: str) -> AccountRef | None:
    native_id, handle = row[f"{prefix}_id"], row[f"{prefix}_handle"].removeprefix("@")
    if not (native_id or handle):
        return None
    return AccountRef(platform, native_id, handle, row[f"{prefix}_name"])


def _parent(platform: Platform, row: Mapping[str, str]) -> Parent | None:
    owner = _account(platform, row, "parent_author")
    if not (owner or row["parent_id"] or row["parent_url"] or row["parent_text"]):
        return None
    return Parent(row["parent_id"], _link(row["parent_url"]), row["parent_text"], owner)


def _link(written: str) -> str:
    """Give what is a web address, "" for anything else that stands in its column."""
    return written if urls.joined("", written) else ""
