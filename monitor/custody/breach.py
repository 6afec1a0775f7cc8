"""When data may have leaked: who saw whose data in a stretch of time, whom to tell, until when, and with which words.

The look-back reads what pages and case files wrote down of themselves. It says what was shown to whom, not what
somebody remembers or copied: whoever tells people must say so.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.config import Office
from monitor.store import Store

TELL_WITHIN = timedelta(hours=72)
"""UU 27/2022 article 46: written notice to people and authority, three times twenty-four hours at most."""
_LETTER = """\
{office}

Nomor   : …
Hal     : Pemberitahuan kegagalan pelindungan data pribadi (UU 27/2022 pasal 46)
Tanggal : … (paling lambat {due})

Yth. … (subjek data; salinan kepada lembaga pelindungan data pribadi)

Dengan ini kami memberitahukan bahwa data pribadi Anda yang kami proses mungkin telah diketahui pihak yang tidak berhak.

1. Data yang terungkap:
   - nama, jabatan, instansi, dan wilayah;
   - akun media sosial serta unggahan, komentar, atau suka yang terbuka bagi umum;
   - catatan peninjauan atas unggahan itu;
   - … (sebutkan bila ada data lain, hapus yang tidak terungkap).
2. Kapan: antara {since} dan {until}; kami mengetahuinya pada {known}.
3. Bagaimana: … (uraikan dengan kata-kata sederhana).
4. Jumlah orang yang datanya tampil dalam kurun itu menurut catatan kami: {people}.
5. Yang sudah kami lakukan: … (misalnya: sesi diakhiri, kata sandi diganti, akses dicabut).
6. Yang akan kami lakukan untuk memulihkan: …
7. Yang dapat Anda lakukan, dan tempat bertanya: {contact}; pejabat pelindungan data: …

Catatan: hitungan di atas berasal dari catatan halaman yang ditampilkan; ia tidak membuktikan apa yang disalin.
"""


@dataclass(frozen=True, slots=True)
class Seer:
    """What one user was shown: how many pages, of how many persons, from when to when, on which pages how often."""

    user_id: int
    name: str
    looks: int
    persons: frozenset[int]
    first_at: datetime
    last_at: datetime
    pages: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Breach:
    """What was seen from `since` until before `until`, by whom; `known_at` starts the 72 hours."""

    since: datetime
    until: datetime
    known_at: datetime
    seers: tuple[Seer, ...]
    people: tuple[tuple[int, str], ...]
    erased: int

    @property
    def due_at(self) -> datetime:
        """The end of the time in which people and authority must be told."""
        return self.known_at + TELL_WITHIN

    @property
    def looks(self) -> int:
        """How many pages were shown."""
        return sum(one.looks for one in self.seers)

    def left(self, now: datetime) -> timedelta:
        """Give what is left of the time; below zero when it is over."""
        return self.due_at - now


def look_back(store: Store, since: datetime, until: datetime, known_at: datetime, user_id: int | None = None) -> Breach:
    """Count who was shown whose data, everybody's looks or one user's.

    `people` are those concerned who are in the roster still, by name; `erased` counts those who are not.
    """
    looks: Counter[int] = Counter()
    persons: dict[int, set[int]] = {}
    pages: dict[int, Counter[str]] = {}
    times: dict[int, tuple[datetime, datetime]] = {}
    for look in store.views.between(since, until, user_id):
        looks[look.user_id] += 1
        persons.setdefault(look.user_id, set()).update(look.persons)
        pages.setdefault(look.user_id, Counter())[look.page] += 1
        first, last = times.get(look.user_id, (look.at, look.at))
        times[look.user_id] = (min(first, look.at), max(last, look.at))
    concerned = set().union(*persons.values())
    known = {one.person_id: one.full_name for one in store.roster.persons() if one.person_id in concerned}
    names = {one.user_id: one.full_name for one in store.users.list()}
    seers = tuple(
        Seer(who, names.get(who, ""), count, frozenset(persons[who]), *times[who], tuple(pages[who].most_common()))
        for who, count in sorted(looks.items())
    )
    people = tuple(sorted(known.items(), key=lambda one: (one[1].casefold(), one[0])))
    return Breach(since, until, known_at, seers, people, len(concerned - set(known)))


def notice(breach: Breach, office: Office, zone: ZoneInfo) -> str:
    """Write the letter that people and authority get, for a person to fill in where … stands."""
    return _LETTER.format(
        office=office.name,
        contact=office.contact,
        people=len(breach.people) + breach.erased,
        due=_moment(breach.due_at, zone, office),
        since=_moment(breach.since, zone, office),
        until=_moment(breach.until, zone, office),
        known=_moment(breach.known_at, zone, office),
    )


def _moment(at: datetime, zone: ZoneInfo, office: Office) -> str:
    return f"{at.astimezone(zone):%d-%m-%Y pukul %H.%M} {office.timezone}"
