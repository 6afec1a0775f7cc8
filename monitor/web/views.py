"""What a case looks like to a reader: words for acts, offices and hints. Reads only values; asks the store nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from monitor.models import (
    AccountRef,
    Actor,
    Basis,
    Confidence,
    Decision,
    Field,
    Flag,
    Item,
    ItemKind,
    Match,
    Opinion,
    ReasonCode,
    StoredItem,
    WordMark,
)
from monitor.web.edits import Edit, edits
from monitor.web.i18n import t
from monitor.web.text import LONGEST, Piece, marked

LONGEST_NOTE = 2000
_FORMS = frozenset([f"KE-{n}" for n in range(1, 8)] + [f"DIS-{n}" for n in range(1, 14)] + ["TNI-1", "POL-1"])
_HALF = 0.5
_SHOWN_WORDS = 6


@dataclass(frozen=True, slots=True)
class ReasonGroup:
    """Reasons that lead to one state, each with the key that chooses it."""

    clears: bool
    reasons: tuple[tuple[ReasonCode, str], ...]


_KEYS = {
    ReasonCode.NOT_PARTISAN: "1",
    ReasonCode.QUOTED_NEWS: "2",
    ReasonCode.CRITICISM: "3",
    ReasonCode.CIVIC_INFORMATION: "4",
    ReasonCode.ON_DUTY: "5",
    ReasonCode.PASSIVE: "6",
    ReasonCode.SAME_NAME: "7",
    ReasonCode.NOT_THEIR_ACCOUNT: "8",
    ReasonCode.RUN_BY_OTHERS: "9",
    ReasonCode.POSTED_BY_OTHERS: "0",
    ReasonCode.HIJACKED: "r",
    ReasonCode.NOT_CIVIL_SERVANT: "b",
    ReasonCode.LONG_BEFORE: "m",
    ReasonCode.SUPPORT: "d",
    ReasonCode.CALL: "a",
    ReasonCode.ATTACK: "s",
    ReasonCode.CAMPAIGN_ACCOUNT: "p",
    ReasonCode.ACCIDENTAL_TOUCH: "t",
    ReasonCode.LOOK_FURTHER: "l",
}
REASON_GROUPS = tuple(
    ReasonGroup(clears, tuple((reason, key) for reason, key in _KEYS.items() if reason.clears is clears))
    for clears in (True, False)
)


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the history: an event, who did it, and whether it was taken back later."""

    state: str
    reason: str
    by: str
    at: datetime
    note: str
    undoes: bool
    undone: bool


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything a case page says beyond the flag itself. Texts are raw: the template makes them safe.

    `machine`: False while the reader has not decided and wants no opinion of the machine; no word is marked then.
    """

    machine: bool

    act: str
    office: str
    phase: str
    title: tuple[Piece, ...]
    text: tuple[Piece, ...]
    parent: tuple[Piece, ...]
    cut: bool
    longest: int
    owner: str
    handle: str
    ground: str
    leaning: str
    raised: tuple[WordMark, ...]
    lowered: tuple[WordMark, ...]
    cautions: tuple[str, ...]
    clearing: tuple[str, ...]
    on_leave: bool
    edits: tuple[Edit, ...]
    history: tuple[Event, ...]
    last: str
    decided: bool
    undoable: int | None
    may_decide: bool
    longest_note: int = LONGEST_NOTE


def case_view(
    flag: Flag,
    versions: tuple[StoredItem, ...],
    history: tuple[Event, ...],
    zone: ZoneInfo,
    *,
    undoable: int | None,
    may_decide: bool,
    machine: bool = True,
) -> CaseView:
    """Put a flag into words. `undoable` is the decision that this reader may take back, None if there is none."""
    item, opinion = flag.stored.item, flag.opinion
    parent, words = item.parent, opinion.words
    matches = opinion.matches if machine else ()
    day = item.happened_at.astimezone(zone).date() if item.happened_at else None
    return CaseView(
        machine=machine,
        act=act_words(item, opinion),
        office=office_words(flag.actor),
        phase=phase_key(opinion),
        title=marked(item.title, Field.TITLE, matches) if item.title else (),
        text=marked(item.text, Field.TEXT, matches) if item.text else (),
        parent=marked(parent.text, Field.PARENT, matches) if parent and parent.text else (),
        cut=len(item.text) > LONGEST,
        longest=LONGEST,
        owner=account_words(parent.owner) if parent and parent.owner else "",
        handle=_handle(flag),
        ground=ground_key(item, opinion),
        leaning=leaning(opinion),
        raised=tuple(word for word in words if word.weight > 0)[:_SHOWN_WORDS],
        lowered=tuple(word for word in words if word.weight < 0)[:_SHOWN_WORDS],
        cautions=tuple(one.text for one in opinion.reasons if not one.code.startswith(("aturan:", "dasar:", "model"))),
        clearing=clearing(flag),
        on_leave=day is not None and flag.actor.person.on_unpaid_leave(day),
        edits=edits(versions),
        history=history,
        last=str(flag.decisions[-1].decision_id) if flag.decisions else "",
        decided=not is_open(flag),
        undoable=undoable,
        may_decide=may_decide,
    )


def is_open(flag: Flag) -> bool:
    """Tell whether a flag still waits for a decision."""
    return flag.state.value in {"baru", "ditinjau"}


def act_words(item: Item, opinion: Opinion) -> str:
    """Say what was done, as in "menyukai unggahan akun pemenangan"."""
    target = t(f"tujuan.{opinion.setting.relation.value}")
    return t(f"tindakan.{item.kind.value}", tujuan=target)


def office_words(actor: Actor) -> str:
    """Say where the person worked on the date."""
    held = actor.appointment
    if held is None:
        return t("kasus.status_tidak_ada")
    return " · ".join(part for part in (held.kind.value, held.post, held.office) if part)


def phase_key(opinion: Opinion) -> str:
    """Give the phase's catalogue name."""
    return opinion.setting.phase.value if opinion.setting.phase is not None else "tidak_ada"


def account_words(account: AccountRef) -> str:
    """Name an account: display name and handle, or its id."""
    handle = f"@{account.handle.removeprefix('@')}" if account.handle else ""
    parts = [part for part in (account.display_name, handle) if part]
    return " ".join(parts) or account.native_id


def leaning(opinion: Opinion) -> str:
    """Say how the model leans: over the office's threshold, over one half, or neither."""
    if any(reason.code == "model" for reason in opinion.reasons):
        return "tinggi"
    return "sedang" if (opinion.probability or 0.0) >= _HALF else "rendah"


def ground_key(item: Item, opinion: Opinion) -> str:
    """Give the ground's catalogue name; in the news nobody wrote the words themselves."""
    return "berita" if item.kind is ItemKind.ARTICLE else opinion.ground.value


def form_text(form: str) -> str:
    """Describe a form code shortly; an unknown one points to the regulation."""
    return t(f"bentuk.{form}") if form in _FORMS else t("bentuk.lain")


def found_words(match: Match) -> list[str]:
    """Give the words a rule found, each once, at most six."""
    return list(dict.fromkeys(span.words for span in match.spans))[:_SHOWN_WORDS]


def clearing(flag: Flag) -> tuple[str, ...]:
    """Say what would clear this flag, from what is known of it; the strongest first."""
    item, actor = flag.stored.item, flag.actor
    said = []
    if actor.account is not None:
        said += [
            t("bersih.akun_kondisi", kondisi=t(f"kondisi.{one.value}")) for one in sorted(actor.account.conditions)
        ]
        if actor.account.confidence is not Confidence.VERIFIED:
            sure = t(f"keyakinan.{actor.account.confidence.value}")
            said.append(t("bersih.akun_belum", keyakinan=sure))
    if actor.basis is Basis.NAME:
        said += [t("bersih.nama"), t("bersih.berita")]
    elif item.kind in {ItemKind.LIKE, ItemKind.SHARE}:
        said.append(t("bersih.suka"))
    else:
        said += [t("bersih.kutipan"), t("bersih.dinas")]
    said.append(t("bersih.waktu") if item.happened_at is None else t("bersih.lama"))
    return tuple(said)


def events(decisions: tuple[Decision, ...], names: dict[int, str]) -> tuple[Event, ...]:
    """Put decisions into lines, oldest first. `names` gives the full name of a user id."""
    undone = {one.undoes for one in decisions if one.undoes is not None}
    return tuple(
        Event(
            state=one.state.value,
            reason=one.reason.value if one.reason else "",
            by=names.get(one.user_id) or t("kasus.pengguna_tidak_ada", n=one.user_id),
            at=one.decided_at,
            note=one.note,
            undoes=one.undoes is not None,
            undone=one.decision_id in undone,
        )
        for one in decisions
    )


def web_address(url: str) -> bool:
    """Tell whether an outside address may become a link: http or https, with a host, nothing unprintable."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and url.isprintable() and " " not in url


def host_of(url: str) -> str:
    """Give the host a link leads to, so that nobody clicks blindly."""
    return urlsplit(url).hostname or ""


def _handle(flag: Flag) -> str:
    account, author = flag.actor.account, flag.stored.item.author
    known = account.handle if account is not None else ""
    seen = author.handle if author is not None else ""
    return (known or seen).removeprefix("@")
