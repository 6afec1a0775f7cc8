"""Every value that flows through Netra, in the order in which it flows.

    Request -> Response -> Page(outcome, Items) -> StoredItem          collect
    StoredItem -> Actor -> Act -> Match + Score -> Opinion -> Flag     screen
    Flag -> Decision                                                   review

All times are aware UTC (`_at`); the text a source gave for a time is kept beside it (`_raw`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum
from http import HTTPStatus

# --------------------------------------------------------------------------- places and acts


class Platform(StrEnum):
    """Where an act happened."""

    NEWS = "berita"
    BLUESKY = "bluesky"
    MASTODON = "mastodon"
    YOUTUBE = "youtube"
    FACEBOOK = "facebook"
    INSTAGRAM = "instagram"
    THREADS = "threads"
    TIKTOK = "tiktok"
    X = "x"
    TELEGRAM = "telegram"
    OTHER = "lain"


class ItemKind(StrEnum):
    """What was done. A follow is recorded and never flagged; an article only proposes a lead by name."""

    POST = "unggahan"
    COMMENT = "komentar"
    LIKE = "suka"
    SHARE = "bagikan"
    FOLLOW = "ikuti"
    ARTICLE = "artikel"


WORDLESS = frozenset({ItemKind.LIKE, ItemKind.SHARE, ItemKind.FOLLOW})
"""Acts that may carry no words of their own; what they were done to is judged then."""


@dataclass(frozen=True, slots=True)
class AccountRef:
    """An account as a source names it. `native_id` is the platform's immutable id, "" where it shows only a handle."""

    platform: Platform
    native_id: str = ""
    handle: str = ""
    display_name: str = ""


@dataclass(frozen=True, slots=True)
class Parent:
    """What an act was done to: the liked, shared or commented post. Fields are "" or None where unknown."""

    native_id: str = ""
    url: str = ""
    text: str = ""
    owner: AccountRef | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One public act as collected. `(platform, native_id)` is its identity; never the title or the text.

    `happened_rule` says which rule gave the zone of `happened_at` ("offset", "WIB", "sumber:gmt=wib", ...).
    `native_version` is the platform's own mark of this wording (cid, edited_at, etag), "" where it has none.
    """

    source_id: str
    platform: Platform
    native_id: str
    kind: ItemKind
    author: AccountRef | None
    text: str
    title: str = ""
    url: str = ""
    happened_at: datetime | None = None
    happened_raw: str = ""
    happened_rule: str = ""
    parent: Parent | None = None
    native_version: str = ""

    @property
    def judged_words(self) -> str:
        """The words a model judges: the act's own, or those of the post it was done to; a newspaper's are nobody's."""
        if self.kind is ItemKind.ARTICLE:
            return ""
        own = (f"{self.title}\n{self.text}" if self.title else self.text).strip()
        if own or self.kind not in WORDLESS or self.parent is None:
            return own
        return self.parent.text.strip()


# --------------------------------------------------------------------------- fetching


class Outcome(StrEnum):
    """How one fetch ended. Only the first three may move a cursor, a validator or a "last proved" date."""

    OK_ITEMS = "ok_items"
    OK_EMPTY_PROVED = "ok_empty_proved"
    NOT_MODIFIED = "not_modified"
    BLOCKED = "blocked"
    RATE_LIMITED = "rate_limited"
    AUTH = "auth"
    NOT_AVAILABLE = "not_available"
    GONE = "gone"
    INVALID_REQUEST = "invalid_request"
    SCHEMA_DRIFT = "schema_drift"
    TRANSIENT = "transient"
    DENIED_BY_ROBOTS = "denied_by_robots"
    LEGALLY_OFF = "legally_off"
    BUDGET_REACHED = "budget_reached"

    @property
    def proved(self) -> bool:
        """True where the answer proves what was there."""
        return self in {Outcome.OK_ITEMS, Outcome.OK_EMPTY_PROVED, Outcome.NOT_MODIFIED}


@dataclass(frozen=True, slots=True)
class Request:
    """What a source asks for. `url` is http(s), or a path relative to the config for a file people brought.

    `purpose` is the source's own word for what it will find there ("feed", "article", "file"); `item` carries what is
    already known of an article whose page is asked for.

    `paging`: one page of the source's own listing: asked without condition, and what it fails to prove the source has
    not proved. `sealed`: the answer holds other people too, so only `Page.kept` of it may be archived. `gap_seconds` is
    the least distance between two requests where the host publishes one (None: that of the settings). `meter` names an
    API that is asked with the office's own key ("youtube") and costs `units` of a daily quota; the key is never part of
    a request.
    """

    url: str
    purpose: str
    etag: str = ""
    last_modified: str = ""
    item: Item | None = None
    paging: bool = False
    sealed: bool = False
    gap_seconds: float | None = None
    meter: str = ""
    units: int = 0


@dataclass(frozen=True, slots=True)
class Response:
    """What came back. `outcome` is None when the transport succeeded and the source must judge the body.

    `body` is the raw bytes as received (after content decoding); `retry_at` is set where a server asked to wait,
    `rate_limited_until` where it said that its limit is spent; `final_url` is the address after redirects, `moved_to` a
    permanent new address. `sent` are the headers that asked, `remote` is the IP address that answered. `hops` are the
    redirects on the way, in order, without bodies.
    """

    request: Request
    fetched_at: datetime
    outcome: Outcome | None
    detail: str = ""
    status: int = 0
    final_url: str = ""
    moved_to: str = ""
    content_type: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    etag: str = ""
    last_modified: str = ""
    retry_at: datetime | None = None
    rate_limited_until: datetime | None = None
    sent: tuple[tuple[str, str], ...] = ()
    remote: str = ""
    hops: tuple[Response, ...] = ()

    @property
    def proves(self) -> bool:
        """Tell whether there is something to keep: a body, a "not modified", or a redirect on the way."""
        return bool(self.body) or self.status == HTTPStatus.NOT_MODIFIED or bool(self.hops)


@dataclass(frozen=True, slots=True)
class Captured:
    """What is kept of one answer: SHA-256 of its body, of the record beside it, of the WARC file ("" = not of the web).

    Of an answer without a body (304, a refused redirect) what its head said stands in the body's place, with no record.

    `url` is the asked address without secrets; `clock_synchronised` is what the kernel said, None where it said
    nothing; `clock_offset` is wall clock minus monotonic, in s. `partial`: only a part of the answer may be kept.
    """

    url: str
    body_sha256: str
    record_sha256: str
    warc_sha256: str
    size: int
    version: str
    clock_synchronised: bool | None
    clock_offset: float
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """What one page of a complete listing proves: of the ids `low <= id < high`, exactly `present` exist now.

    Ids compare as bytes. An item stored before within the range and not present was taken away, or hidden. `gone` names
    such items where a platform's ids have no order.
    """

    platform: Platform
    low: str
    high: str
    present: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """What an answer means: its outcome, its items, what to ask next and what could not be read.

    `problems` are lines for the operator (Indonesian), one a skipped entry. `cursor` is stored only when the outcome is
    proved and every page that it covers was stored. `resume` is a cursor that covers nothing beyond this page: it is
    stored with the page, so that an interrupted listing goes on where it stopped. `stop` says why a listing went no
    further (Indonesian). `kept` is what may be archived of a sealed answer. `strange` names every field or entry that
    the reader does not know, once an occurrence.
    """

    outcome: Outcome
    items: tuple[Item, ...] = ()
    follow: tuple[Request, ...] = ()
    problems: tuple[str, ...] = ()
    cursor: str = ""
    detail: str = ""
    resume: str = ""
    stop: str = ""
    kept: bytes = b""
    listed: Listed | None = None
    strange: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item version in the store. An edit makes the next `version`; nothing is overwritten."""

    item_id: int
    version: int
    item: Item
    content_sha256: str
    evidence_sha256: str
    captured_at: datetime


# --------------------------------------------------------------------------- roster


class PersonKind(StrEnum):
    """The status of a rostered person."""

    PNS = "PNS"
    PPPK = "PPPK"
    PPNPN = "PPNPN"
    TNI = "TNI"
    POLRI = "Polri"
    VILLAGE = "perangkat desa"


class Confidence(StrEnum):
    """How sure it is that an account is the person's. One vocabulary everywhere."""

    CLAIMED = "diduga"
    MATCHED = "cocok"
    VERIFIED = "terverifikasi"

    @property
    def rank(self) -> int:
        """0, 1 or 2: the step on the ladder."""
        return list(Confidence).index(self)


class Condition(StrEnum):
    """What is special about an account. Each blocks forwarding until a person clears it."""

    SHARED = "bersama"
    TRADE = "dagang"
    HIJACKED = "diretas"
    FAKE = "palsu"
    INACTIVE = "tidak aktif"


@dataclass(frozen=True, slots=True)
class Appointment:
    """Status, office, post and region of a person, valid from `since` to `until` (inclusive; None = open)."""

    kind: PersonKind
    office: str
    post: str
    region: str
    since: date | None = None
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Tell whether this appointment held on that day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class HandleSpan:
    """A handle the account carried, from `since` to `until` (inclusive; None = unknown or still)."""

    handle: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """An account of a person. `native_id` is immutable; without it `cocok` is the ceiling until a person confirms."""

    account_id: int
    person_id: int
    platform: Platform
    native_id: str
    handles: tuple[HandleSpan, ...]
    confidence: Confidence
    conditions: frozenset[Condition] = frozenset()
    facts: tuple[str, ...] = ()
    official: bool = False

    @property
    def handle(self) -> str:
        """The newest handle, "" if none is known."""
        return self.handles[-1].handle if self.handles else ""


@dataclass(frozen=True, slots=True)
class Person:
    """A rostered civil servant. `name` carries no titles; `full_name` is as written in the list.

    The NIP never leaves `store` and `roster.importer`: it is shown in no list, page or log.
    """

    person_id: int
    name: str
    full_name: str
    appointments: tuple[Appointment, ...]
    spouse_of_candidate: bool = False
    leave_since: date | None = None
    leave_until: date | None = None

    def on(self, day: date) -> Appointment | None:
        """Give the appointment that held on that day, None if the person was no civil servant then."""
        return next((one for one in self.appointments if one.covers(day)), None)

    def on_unpaid_leave(self, day: date) -> bool:
        """Tell whether the person was on cuti di luar tanggungan negara (CLTN) on that day."""
        return self.leave_since is not None and self.leave_since <= day <= (self.leave_until or date.max)


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as a roster file states it."""

    platform: Platform
    native_id: str
    handle: str
    confidence: Confidence = Confidence.CLAIMED
    facts: tuple[str, ...] = ()
    conditions: frozenset[Condition] = frozenset()
    official: bool = False


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A person as a roster file states it. `line` counts from 1; `nip` is 18 digits or ""; never shown or logged."""

    line: int
    nip: str = field(repr=False)
    full_name: str
    name: str
    appointment: Appointment
    accounts: tuple[AccountRow, ...] = ()
    spouse_of_candidate: bool = False
    leave_since: date | None = None
    leave_until: date | None = None
    retired_on: date | None = None


class Change(StrEnum):
    """What a re-import would do to a person."""

    NEW = "baru"
    MOVED = "pindah"
    UPDATED = "berubah"
    RETIRED = "pensiun"
    GONE = "hilang"
    SAME = "tetap"


@dataclass(frozen=True, slots=True)
class RosterChange:
    """One line of the difference that is shown before an import. `detail` is Indonesian and carries no NIP."""

    change: Change
    row: RosterRow | None
    person: Person | None
    detail: str = ""


class Basis(StrEnum):
    """Why an item is ascribed to a person."""

    ACCOUNT_ID = "id akun"
    HANDLE = "nama akun"
    NAME = "nama dalam teks"


@dataclass(frozen=True, slots=True)
class Actor:
    r"""A rostered person who may have acted. `strength` in 0..1: 1 for an immutable id, less for a handle or a name.

    `spans` are where a name stands in the text (raw offsets into title + "\n" + text); `same_name` counts the rostered
    people who share it, this one included; `appointment` is the one on the date of the act.
    """

    person: Person
    basis: Basis
    strength: float
    account: Account | None = None
    appointment: Appointment | None = None
    spans: tuple[tuple[int, int], ...] = ()
    same_name: int = 1
    why: str = ""


# --------------------------------------------------------------------------- contest


class Phase(StrEnum):
    """The phase of a contest in a region."""

    PRE = "pra"
    ASPIRANT = "bakal_calon"
    CANDIDATE = "calon_pra_kampanye"
    CAMPAIGN = "kampanye"
    QUIET = "tenang"
    VOTING = "pungut"
    POST = "pasca"


class Relation(StrEnum):
    """To whose account an act relates: the ground of a like is either a registered campaign account or the content."""

    CAMPAIGN = "akun_pemenangan"
    CANDIDATE = "akun_calon"
    PARTY = "akun_partai"
    ELECTION_BODY = "akun_penyelenggara"
    MEDIA = "akun_media"
    NONE = "tidak_diketahui"


class Ground(StrEnum):
    """On what a like or share rests (domain decision 3)."""

    CAMPAIGN_ACCOUNT = "akun_pemenangan"
    PARTISAN_CONTENT = "konten_partisan"
    OWN_TEXT = "teks_sendiri"


@dataclass(frozen=True, slots=True)
class Setting:
    """The contest, phase and relation in which an act stands. `contest_id` is "" when no contest covers region and day.

    `phase_status` is the calendar's certainty mark (2, 1, 0).
    """

    contest_id: str = ""
    phase: Phase | None = None
    phase_status: int = 0
    relation: Relation = Relation.NONE


@dataclass(frozen=True, slots=True)
class Act:
    """What the rules judge: one item, one actor, in its setting.

    `earlier` are the times of the same person's earlier acts of this kind and relation, oldest first; None = not looked
    up. `workday` tells whether offices work on the local day of the act; None = not looked up.
    """

    stored: StoredItem
    actor: Actor | None
    setting: Setting
    earlier: tuple[datetime, ...] | None = None
    workday: bool | None = None


@dataclass(frozen=True, slots=True)
class PastAct:
    """An act as it counts for later ones: by whom, of which kind, when (to the second), on whose post.

    `screened`: the machine has looked at it.
    """

    item_id: int
    author: AccountRef
    kind: ItemKind
    happened_at: datetime
    owner: AccountRef | None = None
    screened: bool = False


# --------------------------------------------------------------------------- judging


class Level(StrEnum):
    """Level of a rule. `info` and `rendah` never reach the queue alone."""

    INFO = "info"
    LOW = "rendah"
    MEDIUM = "sedang"
    HIGH = "tinggi"

    @property
    def rank(self) -> int:
        """0 (info) to 3 (tinggi)."""
        return _RANKS[self]


_RANKS = {level: rank for rank, level in enumerate(Level)}


class Field(StrEnum):
    """Which text a span points into."""

    TEXT = "teks"
    TITLE = "judul"
    PARENT = "induk"


@dataclass(frozen=True, slots=True)
class Span:
    """Raw character offsets [start, end) into one text of the item, and the words that stand there."""

    field: Field
    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that matched. `forms` are the form codes (KE-n, DIS-n, TNI-1, POL-1) that fit the phase of the act.

    `shadow`: the rule is on trial (status `bayangan`): counted, never shown to a reviewer, no ground for a flag.
    """

    rule_id: str
    rule_digest: str
    title: str
    level: Level
    forms: tuple[str, ...]
    ground: Ground
    spans: tuple[Span, ...] = ()
    shadow: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is put before a human, in Indonesian; `code` is stable for machines."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class WordMark:
    """A word that moved the model's score, in log-odds."""

    word: str
    weight: float


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the machine says of an act. Never a verdict: rule part and model part stay apart.

    `urgency` orders the queue (higher = sooner); it is explained by `reasons` and says nothing about the person.
    """

    level: Level
    reasons: tuple[Reason, ...]
    forms: tuple[str, ...]
    matches: tuple[Match, ...]
    probability: float | None
    words: tuple[WordMark, ...]
    ground: Ground
    setting: Setting
    urgency: float
    digests: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Screened:
    """The result of screening one item version: opinions by actor; none = looked at, nothing to show.

    `actors` counts the rostered people the item was matched to; `region` is the first one's on the day of the act;
    `probability` is the model's for the item's words, flagged or not, None where they were not scored. `held` are the
    ids of people whose opinion rests on stopped rules alone; `shadows` are rules on trial that matched, with levels.
    """

    stored: StoredItem
    opinions: tuple[tuple[Actor, Opinion], ...] = ()
    actors: int = 0
    region: str = ""
    probability: float | None = None
    held: frozenset[int] = frozenset()
    shadows: tuple[tuple[str, Level], ...] = ()


# --------------------------------------------------------------------------- recorded by hand


class Door(StrEnum):
    """By which door a capture came in."""

    OFFICER = "petugas"
    CITIZEN = "warga"
    OLD_CASE = "kasus_lama"


class SeenAct(StrEnum):
    """What a person saw somebody do. A story or a photo becomes a post."""

    LIKE = "suka"
    COMMENT = "komentar"
    POST = "unggahan"
    SHARE = "bagikan"
    STORY = "cerita"
    PHOTO = "foto"


class CaptureState(StrEnum):
    """Where a capture stands: a second person confirms or rejects it, its recorder may only take it back."""

    WAITING = "menunggu"
    CONFIRMED = "dibenarkan"
    REJECTED = "ditolak"
    WITHDRAWN = "ditarik"


@dataclass(frozen=True, slots=True)
class Capture:
    """What somebody recorded by hand of one act by one rostered person.

    `native_id` is the act's identity, `target_key` that under which equal links meet ("" without link). `words` are the
    person's own, `about` those of the post it was done to; `seen_at` is when the recorder saw it.
    """

    door: Door
    act: SeenAct
    person_id: int
    region: str
    account: AccountRef
    native_id: str
    target_key: str
    target_id: str
    link: str
    seen_at: datetime
    owner: AccountRef | None = None
    words: str = ""
    about: str = ""
    happened_at: datetime | None = None
    note: str = ""
    known_by: str = ""

    @property
    def source_id(self) -> str:
        """Name the source of what becomes of it; no source of the settings can carry a colon."""
        return f"{CAPTURED}{self.door}"


CAPTURED = "tangkapan:"
"""How the source of every item begins that people recorded by hand."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was decoded and found sound; `format` is PNG, JPEG or WEBP, sizes in pixels and bytes."""

    sha256: str
    format: str
    width: int
    height: int
    bytes: int


# --------------------------------------------------------------------------- review


class State(StrEnum):
    """Where a flag stands (domain decision 10)."""

    NEW = "baru"
    IN_REVIEW = "ditinjau"
    CLEARED = "bersih"
    LEAD = "informasi_awal"
    TRACING = "penelusuran"
    PLENARY = "pleno"
    STOPPED = "dihentikan"
    FORWARDED = "diteruskan"
    FINDING = "temuan"

    @property
    def ahead(self) -> bool:
        """True from the first information on, until the plenary stops it: a case that somebody put forward."""
        return self in {State.LEAD, State.TRACING, State.PLENARY, State.FORWARDED, State.FINDING}

    @property
    def dismissed(self) -> bool:
        """True where it ended in the person's favour: a reviewer cleared it, or the plenary stopped it."""
        return self in {State.CLEARED, State.STOPPED}


class Standing(IntEnum):
    """Whether a flag stands in the queue; apart from what people decided of it."""

    IN_QUEUE = 0
    DROPPED = 1
    """The machine no longer sees a reason."""
    HELD = 2
    """It rests on a rule that was stopped, and waits for the approver."""
    WITHDRAWN = 3
    """A person took it out with a note, when a rule changed."""


class ReasonCode(StrEnum):
    """Why a reviewer decided (domain decision 6); the first group clears, the second puts forward."""

    NOT_THEIR_ACCOUNT = "bukan_akunnya"
    RUN_BY_OTHERS = "dikelola_orang_lain"
    HIJACKED = "diretas"
    SAME_NAME = "nama_sama"
    NOT_CIVIL_SERVANT = "bukan_asn"
    ON_DUTY = "tugas_dinas"
    PASSIVE = "hadir_pasif"
    QUOTED_NEWS = "kutipan_berita"
    CIVIC_INFORMATION = "sosialisasi"
    POSTED_BY_OTHERS = "dipasang_orang_lain"
    CRITICISM = "kritik_pertanyaan"
    LONG_BEFORE = "lama_sebelum_masa"
    NOT_PROVEN = "tidak_cukup_bukti"
    NOT_PARTISAN = "tidak_memihak"
    SUPPORT = "dukungan"
    CALL = "ajakan"
    ATTACK = "serangan"
    CAMPAIGN_ACCOUNT = "akun_pemenangan"
    ACCIDENTAL_TOUCH = "suka_tidak_sengaja"
    LOOK_FURTHER = "perlu_ditelusuri"

    @property
    def clears(self) -> bool:
        """True for reasons that dismiss. An accidental like does not clear by itself; only a plenary finds no proof."""
        return list(ReasonCode).index(self) <= list(ReasonCode).index(ReasonCode.NOT_PARTISAN)


class Role(StrEnum):
    """What a user may do."""

    MONITOR = "pemantau"
    SECOND_REVIEWER = "peninjau_kedua"
    COORDINATOR = "koordinator"
    RULE_AUTHOR = "penyusun_aturan"
    RULE_APPROVER = "penyetuju_aturan"
    AUDITOR = "auditor"
    ADMIN = "admin"


DECIDERS = frozenset({Role.MONITOR, Role.SECOND_REVIEWER, Role.COORDINATOR})
"""The roles that decide about flags."""


@dataclass(frozen=True, slots=True)
class User:
    """A member of the office's staff. `regions` limits what is seen; empty = every region of the office."""

    user_id: int
    username: str
    full_name: str
    roles: frozenset[Role]
    regions: frozenset[str] = frozenset()
    active: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """One appended event of a review. An undo is an event of its own that names the one it takes back."""

    decision_id: int
    flag_id: int
    user_id: int
    state: State
    reason: ReasonCode | None
    note: str
    decided_at: datetime
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """A case put before a human: one item by one actor, with the machine's newest opinion and the state so far."""

    flag_id: int
    stored: StoredItem
    actor: Actor
    opinion: Opinion
    state: State
    created_at: datetime
    decisions: tuple[Decision, ...] = field(default=())
