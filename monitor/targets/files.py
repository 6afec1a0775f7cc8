"""The files of targets: their schema, and the checks that no schema can say."""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from monitor import strictyaml
from monitor.errors import Problem
from monitor.models import Platform, Relation
from monitor.strictyaml import Document, Key
from monitor.targets.values import NATIONAL, Candidate, Contest, Kind, Party, TargetAccount, Ticket

_Text = Annotated[str, Field(min_length=1, max_length=200)]
_Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
_Role = Literal["akun_pemenangan", "akun_calon", "akun_partai", "akun_penyelenggara", "akun_media"]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _PersonFile(_Strict):
    name: _Text
    aliases: tuple[_Text, ...] = ()


class _PartyFile(_Strict):
    name: _Text
    aliases: tuple[_Text, ...] = ()
    number: int | None = Field(default=None, ge=0, le=99)
    number_from: date | None = None


class _TicketFile(_Strict):
    id: _Id
    number: int | None = Field(default=None, ge=0, le=99)
    number_from: date | None = None
    people: tuple[_PersonFile, ...] = ()
    parties: tuple[_Text, ...] = ()
    slogans: tuple[_Text, ...] = ()
    hashtags: tuple[_Text, ...] = ()


class _AccountFile(_Strict):
    platform: Platform
    native_id: str = ""
    handle: str = ""
    role: _Role
    ticket: str = ""
    since: date | None = None
    until: date | None = None


class _ContestFile(_Strict):
    id: _Id
    title: _Text
    kind: Kind
    regions: tuple[_Text, ...] = Field(min_length=1)
    since: date | None = None
    until: date | None = None
    note: str = ""
    tickets: tuple[_TicketFile, ...] = ()
    parties: tuple[_PartyFile, ...] = ()
    camps: tuple[_Text, ...] = ()
    hashtags: tuple[_Text, ...] = ()
    accounts: tuple[_AccountFile, ...] = ()

    def built(self) -> Contest:
        return Contest(
            contest_id=self.id,
            title=self.title,
            kind=self.kind,
            regions=self.regions,
            tickets=tuple(
                Ticket(
                    one.id,
                    one.number,
                    one.number_from,
                    tuple(Candidate(person.name, person.aliases) for person in one.people),
                    one.parties,
                    one.slogans,
                    one.hashtags,
                )
                for one in self.tickets
            ),
            parties=tuple(Party(one.name, one.aliases, one.number, one.number_from) for one in self.parties),
            camps=self.camps,
            hashtags=self.hashtags,
            accounts=tuple(
                TargetAccount(
                    one.platform, one.native_id, one.handle, Relation(one.role), one.ticket, one.since, one.until
                )
                for one in self.accounts
            ),
            since=self.since,
            until=self.until,
        )


class _ExportTicket(BaseModel):
    number: int | None = None
    people: tuple[_PersonFile, ...] = ()
    parties: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    slogans: tuple[str, ...] = ()


class _ExportContest(BaseModel):
    contest: _Text
    tickets: tuple[_ExportTicket, ...] = ()


class _Export(BaseModel):
    parties: tuple[tuple[str, ...], ...] = ()
    camps: tuple[str, ...] = ()
    contests: tuple[_ExportContest, ...] = Field(min_length=1)

    def contests_built(self) -> tuple[Contest, ...]:
        parties = tuple(Party(names[0], names[1:]) for names in self.parties if names)
        return tuple(self._one(contest, parties) for contest in self.contests)

    def _one(self, contest: _ExportContest, parties: tuple[Party, ...]) -> Contest:
        tickets = tuple(
            Ticket(
                ticket_id=f"tiket-{place}",
                number=one.number,
                people=tuple(Candidate(person.name, person.aliases) for person in one.people),
                parties=one.parties,
                slogans=one.slogans,
                hashtags=one.hashtags,
            )
            for place, one in enumerate(contest.tickets, start=1)
        )
        contest_id = "-".join("".join(c if c.isalnum() else " " for c in contest.contest.casefold()).split())
        return Contest(contest_id, contest.contest, "pemilu", (NATIONAL,), tickets, parties, self.camps)


# --------------------------------------------------------------------------- reading


def read_export(path: Path) -> tuple[tuple[Contest, ...], list[Problem]]:
    """Read a supervisor's JSON export, see `Targets.from_json`. Gives (contests, problems)."""
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or "bukan JSON"
        return (), [Problem(path.name, 0, 0, f"berkas tidak dapat dibaca ({said})", "periksa berkasnya")]
    export, problems = strictyaml.validate(_Export, Document(path.name, data))
    return (() if export is None else export.contests_built()), problems


def read_contest(path: Path, shown_as: str, seen: dict[str, str]) -> tuple[Contest | None, list[Problem]]:
    """Read one YAML file of a contest. `seen` (id -> file) grows, so that an id used twice is found."""
    document, problems = strictyaml.read(path, shown_as)
    if document is None:
        return None, problems
    if not isinstance(document.data, dict):
        return None, [*problems, document.problem((), "berkas kosong atau bukan pemilihan", "mulai dengan `id: …`")]
    contest, more = strictyaml.validate(_ContestFile, document)
    problems += more
    if contest is None:
        return None, problems
    if contest.id in seen:
        problems.append(
            document.problem(("id",), f"id `{contest.id}` sudah dipakai di {seen[contest.id]}", "beri id yang lain")
        )
    seen.setdefault(contest.id, shown_as)
    problems += [document.problem(key, message, advice) for key, message, advice in _doubts(contest)]
    return contest.built(), problems


_Doubt = tuple[Key, str, str]


def _doubts(contest: _ContestFile) -> Iterator[_Doubt]:
    yield from _order((), contest)
    numbered: tuple[tuple[str, Sequence[_TicketFile | _PartyFile]], ...] = (
        ("tickets", contest.tickets),
        ("parties", contest.parties),
    )
    for field_name, choices in numbered:
        for index, one in enumerate(choices):
            if one.number is not None and one.number_from is None:
                yield (
                    (field_name, index, "number"),
                    "nomor tanpa tanggal pengundian",
                    "tambahkan `number_from: <tanggal>`; sebelum tanggal itu nomor tidak berarti apa-apa",
                )
        yield from _twice(field_name, "number", [one.number for one in choices])
    yield from _twice("tickets", "id", [one.id for one in contest.tickets])
    yield from _ticket_parties(contest)
    yield from _account_doubts(contest)


def _ticket_parties(contest: _ContestFile) -> Iterator[_Doubt]:
    names = [party.name for party in contest.parties]
    for index, ticket in enumerate(contest.tickets):
        for place, party in enumerate(ticket.parties):
            if party not in names:
                yield ("tickets", index, "parties", place), *_not_listed("partai", party, names, "parties")


def _account_doubts(contest: _ContestFile) -> Iterator[_Doubt]:
    tickets = [ticket.id for ticket in contest.tickets]
    for index, account in enumerate(contest.accounts):
        key: Key = ("accounts", index)
        yield from _order(key, account)
        if not (account.native_id or account.handle):
            yield key, "akun tanpa `native_id` dan tanpa `handle`", "isi paling sedikit satu"
        if account.ticket and account.ticket not in tickets:
            yield (*key, "ticket"), *_not_listed("tiket", account.ticket, tickets, "tickets")
    ids = [f"{account.platform} {account.native_id}" if account.native_id else None for account in contest.accounts]
    yield from _twice("accounts", "native_id", ids)


def _not_listed(what: str, given: str, known: Sequence[str], where: str) -> tuple[str, str]:
    close = difflib.get_close_matches(given, known, n=1, cutoff=0.6)
    return f"{what} `{given}` tidak ada di `{where}`", f"maksud Anda `{close[0]}`?" if close else "daftarkan dahulu"


def _order(key: Key, dated: _ContestFile | _AccountFile) -> Iterator[_Doubt]:
    if dated.since and dated.until and dated.until < dated.since:
        yield (*key, "until"), "`until` lebih awal dari `since`", "tukar atau perbaiki tanggalnya"


def _twice(field_name: str, name: str, values: Sequence[Any]) -> Iterator[_Doubt]:
    counts = Counter(value for value in values if value is not None)
    for index, value in enumerate(values):
        if counts[value] > 1 and value in values[:index]:
            yield (field_name, index, name), f"`{name}` {value} dipakai dua kali", "satu saja yang boleh memakainya"
