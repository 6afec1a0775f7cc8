"""What a person's browser saw, out of files that other tools wrote: who of it is kept, who is context, who is nobody.

Only acts of watched accounts (rostered, or of a campaign) become items. A post by somebody else that such an act
answers is context: its words stay beside the act, its author becomes a pseudonym. Nothing else is kept: the archive
gets the records of kept acts alone. A file proves what it shows and nothing about what is not in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from monitor.collectors import dates, loose
from monitor.collectors.accounts import Watched, Watching
from monitor.collectors.base import failed
from monitor.collectors.cursor import digest
from monitor.collectors.whatsapp import refusal
from monitor.config import ImportSource
from monitor.models import AccountRef, Item, ItemKind, Outcome, Page, Parent, Platform, Request, Response

MOST_PROBLEMS = 200
LONGEST_TEXT = 100_000
LONGEST_NAME = 500
LONGEST_URL = 2000
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
_DEEPEST, _SHORTEST_NAME = 60, 2
_WHO = frozenset(["user", "author", "owner", "actor", "actors", "from", "account", "profile", "user_results"])
_NOTHING = "tidak ada tindakan akun yang diawasi di dalamnya; itu tidak membuktikan apa pun tentang akun mana pun"


@dataclass(frozen=True, slots=True)
class Act:
    """One act as a file shows it. `raw` is its own record, the most that may be archived of it; `line` counts from 1.

    `seen_at` orders captures of the same act ("" where the file does not say); `rule` is what the time rests on where
    the tool itself only guessed it.
    """

    platform: Platform
    native_id: str
    kind: ItemKind
    author: AccountRef
    text: str
    time: str
    raw: str
    line: int = 0
    url: str = ""
    title: str = ""
    parent: Parent | None = None
    seen_at: str = ""
    rule: str = ""


@dataclass
class Reading:
    """What a reader found. `problems` are Indonesian, one a record passed over; `refused` says why nothing was read.

    `strange` names what no reader knows, once an occurrence; `unread` are records that no reader could make an act of.
    """

    acts: list[Act] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    refused: str = ""
    strange: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


class UnmappedError(Exception):
    """A record cannot be an act; the message is Indonesian. What is `closed` is not read, whatever a reader knows."""

    def __init__(self, why: str, *, closed: bool = False) -> None:
        super().__init__(why)
        self.closed = closed


class Reader(Protocol):
    """Reads one format; never raises for what a file holds."""

    def __call__(self, body: bytes) -> Reading:
        """Give the acts of a file."""
        ...


class SeenSource:
    """Files of one format named by a glob."""

    def __init__(
        self,
        config: ImportSource,
        watching: Watching,
        list_files: Callable[[str], Sequence[str]],
        reader: Reader,
        again: Reader | None = None,
    ) -> None:
        """`again` reads the records as they are archived, one a line; None where that is how files are written too."""
        self.source_id = config.id
        self._config, self._list_files, self._reader = config, list_files, reader
        self._again = again or reader
        self._watching = watching

    def start(self, cursor: str) -> Sequence[Request]:
        """Ask for every file the pattern names; without any, for the pattern itself, so that its absence is reported.

        Files hold other people too, so they are never archived whole.
        """
        del cursor
        names = self._list_files(self._config.path) or [self._config.path]
        return tuple(Request(path, "file", sealed=True) for path in names)

    def read(self, response: Response) -> Page:
        """Read one file."""
        if page := failed(response):
            return page
        name = response.request.url
        if why := refusal(response.body):
            return Page(Outcome.LEGALLY_OFF, problems=(f"{name}: {why}",), detail=why)
        found = self._reader(response.body)
        lines = [f"{name}: {one}" for one in found.problems[:MOST_PROBLEMS]]
        if len(found.problems) > MOST_PROBLEMS:
            lines.append(f"{name}: dan {len(found.problems) - MOST_PROBLEMS} catatan lain yang tidak terbaca")
        strange, unread = tuple(found.strange), self._owed(found.unread)
        if found.refused:
            # The name of the file is none of the shape that is counted.
            return Page(Outcome.SCHEMA_DRIFT, problems=(*lines, f"{name}: {found.refused}"), detail=found.refused)
        if found.problems and not found.acts:
            why = "tidak satu pun catatan terbaca"
            return Page(
                Outcome.SCHEMA_DRIFT, problems=tuple(lines), detail=why, kept=_archived(unread), strange=strange
            )
        kept = list(self._kept(_newest(found.acts)))
        items = tuple(self._item(act, response, lines, name) for act in kept)
        others = len({(one.platform, one.native_id) for one in found.acts}) - len(kept)
        if others:
            lines.append(f"{name}: {others} tindakan akun lain tidak disimpan")
        archived = _archived([*(one.raw for one in kept), *unread])
        if not items:
            lines.append(f"{name}: {_NOTHING}")
            return Page(Outcome.OK_EMPTY_PROVED, problems=tuple(lines), kept=archived, strange=strange)
        return Page(Outcome.OK_ITEMS, items, problems=tuple(lines), kept=archived, strange=strange)

    def reread(self, response: Response) -> Page:
        """Read archived records again; what stood around them in the file is taken over from what is stored."""
        name, lines = response.request.url, list[str]()
        found = self._again(response.body)
        items = tuple(self._item(act, response, lines, name) for act in self._kept(_newest(found.acts)))
        return Page(Outcome.OK_ITEMS, items, problems=(*found.problems, *lines), strange=tuple(found.strange))

    # ------------------------------------------------------------------- who is kept

    def _owed(self, unread: Sequence[str]) -> list[str]:
        """Give the unread records in which a watched account stands as the one who acted; nobody else's is kept."""
        watched = {one.native_id for one in self._watching.accounts} | {
            bare(one.handle) for one in self._watching.accounts
        }
        kept = []
        for raw in unread:
            named = actors(loose.value(raw))
            if any(one in watched or bare(one) in watched for one in named if len(one) > _SHORTEST_NAME):
                kept.append(raw)
        return kept

    def _kept(self, acts: Sequence[Act]) -> Iterator[Act]:
        context = {(one.platform, one.native_id): one for one in acts}
        for act in acts:
            who = self.known(act.author)
            if who is None:
                continue
            parent = act.parent
            if parent is not None:
                above = context.get((act.platform, parent.native_id)) if parent.native_id else None
                if above is not None:
                    said = "\n".join(one for one in (above.title, above.text) if one)
                    parent = replace(
                        parent, text=parent.text or said, url=parent.url or above.url,
                        owner=parent.owner or above.author,
                    )  # fmt: skip
                parent = replace(parent, owner=self._named(parent.owner), url=web(parent.url))
            yield replace(act, parent=parent)

    def known(self, account: AccountRef) -> Watched | None:
        """Give the watched account that this is: by its immutable id, by its name only where no id contradicts."""
        by_name: Watched | None = None
        name = bare(account.handle)
        for one in self._watching.on(account.platform):
            if one.native_id and one.native_id == account.native_id:
                return one
            if name and bare(one.handle) == name and not (one.native_id and account.native_id):
                by_name = one
        return by_name

    def _named(self, owner: AccountRef | None) -> AccountRef | None:
        """Name an owner who is watched; everybody else becomes a pseudonym that says who is the same, not who it is."""
        if owner is None or self.known(owner) is not None:
            return owner
        mark = digest(self.source_id, owner.platform.value, owner.native_id or bare(owner.handle))
        return AccountRef(owner.platform, f"samaran:{mark}")

    def _item(self, act: Act, response: Response, lines: list[str], name: str) -> Item:
        stamp = dates.parse(act.time, seen_at=response.fetched_at, zone=self._config.zone or "")
        if stamp.problem:
            lines.append(f"{name}: {_where(act)}{stamp.problem}")
        author = self.known(act.author)
        assert author is not None
        return Item(
            source_id=self.source_id,
            platform=act.platform,
            native_id=act.native_id,
            kind=act.kind,
            author=act.author,
            text=act.text,
            title=act.title,
            url=web(act.url),
            happened_at=stamp.at,
            happened_raw=act.time[: dates.MAX_RAW],
            happened_rule=act.rule if stamp.at is not None and act.rule else stamp.rule,
            parent=act.parent,
        )


def _archived(records: Sequence[str]) -> bytes:
    return "\n".join(records).encode("utf-8", "replace") + b"\n" if records else b""


def actors(value: object, depth: int = 0, *, acting: bool = False) -> list[str]:
    """Give every text that stands below a key by which platforms name who acted."""
    if depth > _DEEPEST:
        return []
    if isinstance(value, dict):
        return [name for key, one in value.items() for name in actors(one, depth + 1, acting=acting or key in _WHO)]
    if isinstance(value, list):
        return [name for one in value for name in actors(one, depth + 1, acting=acting)]
    return [words(value, LONGEST_NAME)] if acting else []


def bare(handle: str) -> str:
    """Give a handle without its sign, folded."""
    return handle.strip().lstrip("@").casefold()


def web(url: str) -> str:
    """Give an address of the web, "" for anything else."""
    sound = url.startswith(("https://", "http://")) and url.isprintable() and " " not in url
    return url if sound and len(url) <= LONGEST_URL else ""


def plain(*names: str) -> bool:
    """Tell whether names may stand in an address that is put together here."""
    return all(name and len(name) <= 200 and name.isascii() and not set(name) - _SAFE for name in names)


def words(value: object, longest: int = LONGEST_TEXT) -> str:
    """Give a value as text: text itself, whole numbers as digits, everything else as nothing.

    Half a surrogate pair and NUL are no text.
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    try:
        text = str(value)
    except ValueError:
        return ""
    return text.encode("utf-8", "replace").decode().replace("\0", "")[:longest]


def dig(value: object, *path: str | int) -> object:
    """Follow keys and places; None where the way ends."""
    for step in path:
        if isinstance(step, int):
            if not isinstance(value, list) or len(value) <= step:
                return None
            value = value[step]
        elif isinstance(value, dict):
            value = value.get(step)
        else:
            return None
    return value


def first(value: object, *paths: tuple[str | int, ...], longest: int = LONGEST_TEXT) -> str:
    """Give the text at the first of several ways that leads to some."""
    for path in paths:
        if text := words(dig(value, *path), longest):
            return text
    return ""


def _newest(acts: Sequence[Act]) -> list[Act]:
    """Keep the newest capture of each act, in the order in which they were first seen."""
    best: dict[tuple[Platform, str], Act] = {}
    for one in acts:
        held = best.get((one.platform, one.native_id))
        if held is None or one.seen_at.zfill(20) >= held.seen_at.zfill(20):
            best[one.platform, one.native_id] = one
    return list(best.values())


def _where(act: Act) -> str:
    return f"baris {act.line}: " if act.line else ""
