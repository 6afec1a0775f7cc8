"""The file of a case on the page: what people write, by version; its documents; the package that hands it over."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, fields

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from monitor import custody
from monitor.errors import ArchiveError, ConfigError, ConflictError, NetraError, NotAllowedError, RulesError
from monitor.legalbasis import Phrase
from monitor.models import Flag, User
from monitor.recipients import Recipient
from monitor.reports import desk, package, papers, phrases
from monitor.reports.content import ELECTIONS, Source, proposals
from monitor.reports.desk import DAYS, LONG_FIELDS, LONGEST, MOST_WITNESSES, SHORT, Bureau
from monitor.reports.papers import Format
from monitor.store import Draft, Witness
from monitor.store.documents import NUMBERED, DraftVersion, changed
from monitor.web.auth import current_user
from monitor.web.case import find
from monitor.web.i18n import t
from monitor.web.panel import Panel
from monitor.web.safety import services
from monitor.web.tenggat import day
from monitor.web.text import seen

MOST_BYTES, MOST_PARTS = 1_000_000, 120
_BIG = frozenset({"berkas_kasus.save"})
_TYPES = {
    Format.PDF: "application/pdf",
    Format.WORD: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("nomor", ("form_number", "finding_number", "letter_number")),
    ("pengawas", ("officer", "officer_post", "order_number", "officer_address", "stage")),
    ("kegiatan", ("activity", "purpose", "target", "time_place", "summary")),
    ("peristiwa", ("event", "evidence_note")),
    ("dugaan", ("suspicion", "facts", "analysis", "statement", "statement_on")),
    ("pilkada", ("articles", "kind", "follow_up")),
    ("sengketa", (
        "dispute_parties", "dispute_place", "dispute_time", "dispute_form", "dispute_identity", "dispute_date",
        "dispute_loss", "dispute_story",
    )),
    ("surat", ("letter_about", "letter_text", "finding_deadline")),
    ("tanda_tangan", ("signed_at", "signed_on", "signer", "signer_post")),
)  # fmt: skip

blueprint = Blueprint("berkas_kasus", __name__)


@dataclass(frozen=True, slots=True)
class Line:
    """One field of the form: what stands in it, what the papers say where it is left empty, how a number must look."""

    name: str
    value: str
    proposal: str
    pattern: str = ""
    phrases: tuple[Phrase, ...] = ()

    @property
    def kind(self) -> str:
        """Tell how it is typed: a day, a long text or a line."""
        return "day" if self.name in DAYS else "long" if self.name in LONG_FIELDS else "line"

    @property
    def most(self) -> int:
        """Give the most characters."""
        return LONGEST if self.name in LONG_FIELDS else SHORT


@dataclass(frozen=True, slots=True)
class Kept:
    """A version in the list: who saved it, and which fields it changed."""

    version: DraftVersion
    by: str
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileView:
    """Everything that the page of a case file shows."""

    source: Source
    draft: Draft
    groups: tuple[tuple[str, tuple[Line, ...]], ...]
    witnesses: tuple[Witness, ...]
    recipients: tuple[tuple[Recipient, bool], ...]
    versions: tuple[Kept, ...]
    papers: tuple[str, ...]
    obstacles: tuple[str, ...]
    expected: int
    older: int
    may_write: bool
    may_hand: bool
    unsaved: bool
    variants: tuple[str, ...] = tuple(ELECTIONS)
    most_short: int = SHORT

    day = staticmethod(day)


@blueprint.url_value_preprocessor
def _larger(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Let somebody who is signed in send a whole case file."""
    if endpoint in _BIG and isinstance(session.get("sid"), str):
        request.max_content_length = request.max_form_memory_size = MOST_BYTES
        request.max_form_parts = MOST_PARTS


def file_panel(flag: Flag, user: User) -> Panel | None:
    """Give the way to the file of a case; None where it has none yet, or for who may neither write nor export."""
    bureau = services().bureau
    if bureau is None or not desk.has_file(flag.state) or not _may_look(user):
        return None
    return Panel("_kasus_berkas.html", bureau.store.documents.newest(flag.flag_id))


@blueprint.get("/tanda/<int:flag_id>/kasus")
def show(flag_id: int) -> str | tuple[str, int]:
    """Show the file of a case; `?versi=2` puts an older version into the form, to be saved anew."""
    flag, bureau = _case(flag_id)
    wanted = request.args.get("versi", "")
    older = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 9 else 0
    return _page(bureau, flag, older=older)


@blueprint.post("/tanda/<int:flag_id>/kasus")
def save(flag_id: int) -> Response | str | tuple[str, int]:
    """Store what was written as the next version; on trouble show the form again with everything that was typed."""
    flag, bureau = _case(flag_id)
    user, typed = current_user(), _typed()
    if not desk.may_write(user):
        abort(403)
    if wanted := request.form.get("sisip", ""):
        return _with_phrase(flag, bureau, typed, wanted)
    seen_version = request.form.get("versi", "")
    expected = int(seen_version) if seen_version.isascii() and seen_version.isdigit() and len(seen_version) < 9 else 0
    try:
        version = desk.save(bureau, flag_id, typed, user, expected=expected)
    except ConflictError as error:
        return _page(bureau, flag, typed, str(error)), 409
    except NotAllowedError as error:
        return _page(bureau, flag, typed, str(error)), 400
    flash({"text": t("berkas_kasus.tersimpan", n=version), "undo": None}, "toast")  # type: ignore[arg-type]
    return redirect(url_for("berkas_kasus.show", flag_id=flag_id), 303)


def _with_phrase(flag: Flag, bureau: Bureau, typed: Draft, wanted: str) -> str | tuple[str, int]:
    """Show the form with a sentence put in; nothing is stored yet."""
    try:
        with_it = phrases.insert(bureau.source(flag.flag_id), bureau.archive, typed, wanted)
    except NetraError as error:
        return _page(bureau, flag, typed, str(error)), _code(error)
    return _page(bureau, flag, with_it or typed)


@blueprint.get("/tanda/<int:flag_id>/kasus/<name>.<form>")
def download(flag_id: int, name: str, form: str) -> Response | tuple[str, int]:
    """Give one document; it is in the custody log before."""
    flag, bureau = _case(flag_id)
    kind = next((one for one in Format if one.value == form), None)
    if kind is None or name not in papers.names_of(bureau.source(flag_id).election):
        abort(404)
    try:
        body = desk.document(bureau, flag_id, name, kind, current_user())
    except NetraError as error:
        return _page(bureau, flag, refused=str(error)), _code(error)
    return _attached(body, _TYPES[kind], f"{name}-tanda-{flag_id}.{kind.value}")


@blueprint.post("/tanda/<int:flag_id>/kasus/paket")
def hand_over(flag_id: int) -> Response | tuple[str, int]:
    """Make the package of a case and give it as a download."""
    flag, bureau = _case(flag_id)
    user = current_user()
    if not desk.may_hand(user):
        abort(403)
    out = io.BytesIO()
    try:
        package.hand_over(bureau, flag_id, out, user, request.form.get("keperluan", ""))
    except NetraError as error:
        return _page(bureau, flag, refused=str(error)), _code(error)
    return _attached(out.getvalue(), "application/zip", f"berkas-kasus-tanda-{flag_id}.zip")


def _may_look(user: User) -> bool:
    return desk.may_write(user) or custody.may_export(user)


def _case(flag_id: int) -> tuple[Flag, Bureau]:
    """Give a case that has a file and that this user may open; every other one does not exist."""
    flag, bureau = find(flag_id), services().bureau
    if bureau is None or not desk.has_file(flag.state):
        abort(404)
    if not _may_look(current_user()):
        abort(403)
    return flag, bureau


def _code(error: NetraError) -> int:
    return 409 if isinstance(error, ArchiveError | ConfigError | RulesError) else 400


def _attached(body: bytes, kind: str, name: str) -> Response:
    response = Response(body, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    return response


def _typed() -> Draft:
    """Read the form: unseen characters are dropped, line ends are plain."""

    def text(name: str) -> str:
        return seen(request.form.get(name, "").replace("\r\n", "\n")).strip()[: LONGEST + 1]

    witnesses = tuple(Witness(text(f"saksi-{n}"), text(f"saksi-alamat-{n}")) for n in range(MOST_WITNESSES))
    words = {one.name: text(one.name) for one in fields(Draft) if one.name != "witnesses"}
    return Draft(**words, witnesses=tuple(one for one in witnesses if one.name))


def _page(bureau: Bureau, flag: Flag, typed: Draft | None = None, refused: str = "", *, older: int = 0) -> str:
    return render_template(
        "berkas_kasus.html", flag=flag, view=_view(bureau, flag, typed, older), refused=refused.splitlines()
    )


def _view(bureau: Bureau, flag: Flag, typed: Draft | None, older: int) -> FileView:
    source, user = bureau.source(flag.flag_id), current_user()
    versions = bureau.store.documents.versions(flag.flag_id)
    held = next((one.draft for one in versions if one.number == older and not one.erased), None)
    draft = typed or held or source.draft
    first, today = proposals(source), bureau.today()
    patterns = {one: getattr(bureau.config.reports, one) for one in NUMBERED}
    empty = max(2, min(MOST_WITNESSES, len(draft.witnesses) + 1)) - len(draft.witnesses)
    return FileView(
        source=source,
        draft=draft,
        groups=tuple(
            (
                group,
                tuple(
                    Line(
                        one,
                        getattr(draft, one),
                        getattr(first, one),
                        patterns.get(one, ""),
                        tuple(each for each in source.law.phrases if each.field == one),
                    )
                    for one in names
                ),
            )
            for group, names in _GROUPS
        ),
        witnesses=(*draft.witnesses, *(Witness("") for _ in range(empty))),
        recipients=tuple((one, one.valid_on(today)) for one in bureau.config.reports.recipients),
        versions=_kept(versions),
        papers=papers.names_of(source.election),
        obstacles=tuple(desk.obstacles(bureau, source)),
        expected=versions[-1].number if versions else 0,
        older=older if held is not None else 0,
        may_write=desk.may_write(user),
        may_hand=desk.may_hand(user),
        unsaved=typed is not None,
    )


def _kept(versions: Sequence[DraftVersion]) -> tuple[Kept, ...]:
    """Give the versions, newest first, each with what it changed."""
    users = services().store.users
    found = []
    before = Draft()
    for one in versions:
        user = users.get(one.user_id)
        found.append(Kept(one, user.full_name if user is not None else "", tuple(changed(before, one.draft))))
        before = one.draft
    return tuple(reversed(found))
