"""What somebody filled in -> a capture, or every reason why not yet. Pure: the clock comes in as `now`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from zoneinfo import ZoneInfo

from monitor.capture.links import Link, read_link
from monitor.models import (
    Account,
    AccountRef,
    Capture,
    Door,
    Item,
    ItemKind,
    Parent,
    Person,
    Platform,
    SeenAct,
)

LONGEST_TEXT = 20_000
LONGEST_NOTE = 2_000
_LONGEST_HANDLE = 100
_AHEAD = timedelta(minutes=10)
_OLDEST = timedelta(days=366 * 20)
_ON_ANOTHER = {SeenAct.LIKE: ItemKind.LIKE, SeenAct.COMMENT: ItemKind.COMMENT, SeenAct.SHARE: ItemKind.SHARE}
_WITHOUT_LINK = {SeenAct.STORY, SeenAct.PHOTO}


class Trouble(StrEnum):
    """Why a form cannot be stored yet; the catalogue says each in words."""

    LINK = "tautan"
    ACT = "jenis"
    PERSON = "orang"
    ACCOUNT = "akun"
    ACCOUNTS = "akun_banyak"
    PLATFORM = "tempat"
    PICTURE = "gambar"
    WORDS = "teks"
    LONG = "panjang"
    SEEN = "terlihat"
    HAPPENED = "terjadi"


@dataclass(frozen=True, slots=True)
class Draft:
    """The fields of the form as they were sent. Times are local, `2025-06-26T09:30`."""

    tautan: str = ""
    jenis: str = "suka"
    tempat: str = ""
    orang: str = ""
    akun: str = ""
    akun_id: str = ""
    dikenali: str = ""
    pemilik: str = ""
    teks: str = ""
    isi: str = ""
    terlihat: str = ""
    terjadi: str = ""
    asal: str = "petugas"
    pelapor: str = ""
    catatan: str = ""

    @classmethod
    def read(cls, values: Mapping[str, str]) -> Draft:
        """Take the known fields; line ends as one character, without spaces around."""
        return cls(
            **{
                one.name: values[one.name].replace("\r\n", "\n").strip()[: LONGEST_TEXT + 1]
                for one in fields(cls)
                if one.name in values
            }
        )


def platform_of(draft: Draft, link: Link | None) -> Platform | None:
    """Give where it happened: as the link says, else as chosen; None where neither is known."""
    chosen = next((one for one in Platform if one.value == draft.tempat and one is not Platform.NEWS), None)
    if link is not None and link.platform is not Platform.OTHER:
        return link.platform
    return chosen or (Platform.OTHER if link is not None else None)


def check(
    draft: Draft,
    person: Person | None,
    accounts: Sequence[Account],
    pictures: Sequence[str],
    now: datetime,
    zone: ZoneInfo,
) -> Capture | tuple[Trouble, ...]:
    """Make a capture of a form.

    Args:
        draft: the form.
        person: whom the form chose, None where nobody was found.
        accounts: that person's accounts in the roster.
        pictures: SHA-256 of the pictures beside it.
        now: aware UTC.
        zone: in which the form's times are meant.
    """
    link = read_link(draft.tautan)
    act = next((one for one in SeenAct if one.value == draft.jenis), None)
    door = next((one for one in Door if one.value == draft.asal), Door.OFFICER)
    platform = platform_of(draft, link)
    account = None if platform is None else _account(draft, platform, accounts, link, act)
    seen_at = now if not draft.terlihat else _moment(draft.terlihat, zone)
    happened_at = None if not draft.terjadi else _moment(draft.terjadi, zone)
    troubles = _troubles(draft, link, act, door, pictures)
    troubles += [Trouble.PERSON] if person is None else []
    troubles += [account] if isinstance(account, Trouble) else []
    troubles += _times(draft, seen_at, happened_at, now)
    if platform is None and act in _WITHOUT_LINK and not draft.tautan:
        troubles.append(Trouble.PLATFORM)
    if troubles or act is None or person is None or seen_at is None or not isinstance(account, AccountRef):
        return tuple(dict.fromkeys(troubles))
    held = person.on((happened_at or seen_at).astimezone(zone).date())
    capture = Capture(
        door=door,
        act=act,
        person_id=person.person_id,
        region=held.region if held is not None else _latest(person),
        account=account,
        native_id=_identity(draft, act, account, link, pictures),
        target_key=link.key if link is not None else "",
        target_id=link.post_id if link is not None else "",
        link=link.url if link is not None else "",
        seen_at=seen_at,
        happened_at=happened_at,
        note=draft.catatan,
        known_by=draft.dikenali,
    )
    return _with_words(capture, draft, link)


def _with_words(capture: Capture, draft: Draft, link: Link | None) -> Capture:
    """Add the texts: a like has no words of its own, and only what is done to a post has a post behind it."""
    act = capture.act
    if act not in _ON_ANOTHER:
        return replace(capture, words=draft.teks)
    handle = draft.pemilik.lstrip("@") or (link.handle if link is not None else "")
    owner = AccountRef(capture.account.platform, "", handle) if handle else None
    if act is SeenAct.LIKE:
        return replace(capture, owner=owner, about=draft.isi or draft.teks)
    return replace(capture, owner=owner, words=draft.teks, about=draft.isi)


def act_identity(act: SeenAct, platform: Platform, account: str, target: str, words: str = "") -> str:
    """Name an act that no platform numbers: the same like of the same post by the same account is one act."""
    parts = (act.value, platform.value, account.casefold(), target, " ".join(words.casefold().split()))
    return f"tangkapan:{sha256(repr(parts).encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


def to_item(capture_id: int, capture: Capture, words: str, about: str) -> Item:
    """Make the ordinary item of a confirmed capture; the texts are as the second person confirmed them.

    Each capture is a version of its own: a second recording of the same act is more evidence of it.
    """
    on_another = capture.act in _ON_ANOTHER
    parent = Parent(capture.target_id, capture.link, about, capture.owner) if on_another else None
    own_address = "" if on_another else capture.link
    return Item(
        source_id=capture.source_id,
        platform=capture.account.platform,
        native_id=capture.native_id,
        kind=_ON_ANOTHER.get(capture.act, ItemKind.POST),
        author=capture.account,
        text="" if capture.act is SeenAct.LIKE else words,
        url=own_address,
        happened_at=capture.happened_at,
        happened_raw="" if capture.happened_at is None else capture.happened_at.isoformat(),
        happened_rule="" if capture.happened_at is None else "dicatat petugas",
        parent=parent,
        native_version=f"tangkapan:{capture_id}",
    )


def _troubles(
    draft: Draft, link: Link | None, act: SeenAct | None, door: Door, pictures: Sequence[str]
) -> list[Trouble]:
    found = []
    if (link is None and act not in _WITHOUT_LINK) or (link is None and draft.tautan):
        found.append(Trouble.LINK)
    if act is None:
        found.append(Trouble.ACT)
    if not pictures and door is not Door.OLD_CASE:
        found.append(Trouble.PICTURE)
    if act is SeenAct.COMMENT and not draft.teks:
        found.append(Trouble.WORDS)
    long = [one for one in (draft.teks, draft.isi) if len(one) > LONGEST_TEXT]
    long += [one for one in (draft.catatan, draft.dikenali, draft.pelapor) if len(one) > LONGEST_NOTE]
    long += [one for one in (draft.akun, draft.akun_id, draft.pemilik) if len(one) > _LONGEST_HANDLE]
    return [*found, Trouble.LONG] if long else found


def _times(draft: Draft, seen_at: datetime | None, happened_at: datetime | None, now: datetime) -> list[Trouble]:
    found = []
    if seen_at is None or not now - _OLDEST < seen_at <= now + _AHEAD:
        found.append(Trouble.SEEN)
    if draft.terjadi and (happened_at is None or happened_at > (seen_at or now) + _AHEAD):
        found.append(Trouble.HAPPENED)
    return found


def _account(
    draft: Draft, platform: Platform, accounts: Sequence[Account], link: Link | None, act: SeenAct | None
) -> AccountRef | Trouble:
    """Give who acted: the account named, else the only one that the roster holds of this person on this platform."""
    handle, mine = draft.akun.lstrip("@"), [one for one in accounts if one.platform is platform]
    if not handle and not draft.akun_id and link is not None and act not in _ON_ANOTHER:
        handle = link.handle
    if not handle and not draft.akun_id:
        if len(mine) > 1:
            return Trouble.ACCOUNTS
        if not mine:
            return Trouble.ACCOUNT
        return AccountRef(platform, mine[0].native_id, mine[0].handle)
    for one in mine:
        names = {span.handle.lstrip("@").casefold() for span in one.handles}
        if (draft.akun_id and one.native_id == draft.akun_id) or (not draft.akun_id and handle.casefold() in names):
            return AccountRef(platform, one.native_id, handle or one.handle)
    return AccountRef(platform, draft.akun_id, handle)


def _identity(draft: Draft, act: SeenAct, account: AccountRef, link: Link | None, pictures: Sequence[str]) -> str:
    if act is SeenAct.COMMENT and link is not None and link.comment_id:
        return link.comment_id
    if act in _ON_ANOTHER or link is None:
        target = link.key if link is not None else ",".join(sorted(pictures)[:1])
        words = draft.teks if act is SeenAct.COMMENT else ""
        return act_identity(act, account.platform, account.native_id or account.handle, target, words)
    return link.post_id or link.key


def _latest(person: Person) -> str:
    return person.appointments[-1].region if person.appointments else ""


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    """Read a local time of a form field."""
    try:
        read = datetime.fromisoformat(text[:32])
    except ValueError:
        return None
    return read if read.tzinfo is not None else read.replace(tzinfo=zone)
