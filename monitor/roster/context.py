"""What stands around a name in an article: office, post, region. A name alone only proposes; these make it stronger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.models import Appointment, Person
from monitor.roster.names import Word, fold_word, name_words

NEAR = 14  # words to each side of a name

# Written short in the press, long in the list, or the other way round.
_LONG = {
    "setda": "sekretariat daerah",
    "sekda": "sekretaris daerah",
    "sekdes": "sekretaris desa",
    "sekcam": "sekretaris camat",
    "sekwan": "sekretaris dprd",
    "sekdin": "sekretaris dinas",
    "kabag": "kepala bagian",
    "kasubag": "kepala subbagian",
    "kasubbag": "kepala subbagian",
    "kadis": "kepala dinas",
    "kadin": "kepala dinas",
    "kabid": "kepala bidang",
    "kasi": "kepala seksi",
    "kaban": "kepala badan",
    "kades": "kepala desa",
    "kadus": "kepala dusun",
    "kepsek": "kepala sekolah",
    "korsek": "koordinator sekretariat",
    "kapuskesmas": "kepala puskesmas",
    "walikota": "wali kota",
    "wawali": "wakil wali kota",
    "wabup": "wakil bupati",
    "pemkot": "pemerintah kota",
    "pemkab": "pemerintah kabupaten",
    "pemprov": "pemerintah provinsi",
    "pemdes": "pemerintah desa",
    "disdik": "dinas pendidikan",
    "disdikbud": "dinas pendidikan kebudayaan",
    "dinkes": "dinas kesehatan",
    "dinsos": "dinas sosial",
    "dishub": "dinas perhubungan",
    "dispora": "dinas pemuda olahraga",
    "disnaker": "dinas tenaga kerja",
    "disperindag": "dinas perindustrian perdagangan",
    "diskominfo": "dinas komunikasi informatika",
    "dpupr": "dinas pekerjaan umum",
    "kab": "kabupaten",
    "kec": "kecamatan",
    "prov": "provinsi",
    "assisten": "asisten",
    "smpn": "smp negeri",
    "sman": "sma negeri",
    "sdn": "sd negeri",
    "smkn": "smk negeri",
}
# Say nothing about which office or post it is.
_COMMON_WORDS = """
    dan di ke pada untuk dari yang kota kabupaten provinsi kecamatan kelurahan desa pemerintah daerah negeri
    republik indonesia pj plt plh pjs ahli muda madya utama pertama penyelia terampil
"""
_COMMON = frozenset(_COMMON_WORDS.split())
# Posts held by one person in an office; the word before a lone name must not be the post of somebody else.
_RANK_WORDS_WORDS = """
    presiden wapres menteri gubernur bupati wali camat lurah kepala ketua sekretaris direktur rektor jenderal
    kapten mayor kolonel letkol kapolres kapolsek dandim danramil jalan jl gedung stadion bandara yayasan masjid
"""
_RANK_WORDS = frozenset(_RANK_WORDS_WORDS.split())


def meaningful(text: str) -> frozenset[str]:
    """Give the telling words of an office, post or region, short forms written out."""
    long: list[str] = []
    for word in name_words(text):
        long += _LONG.get(word, word).split()
    return frozenset(long) - _COMMON


@dataclass(frozen=True, slots=True)
class Place:
    """The telling words of one appointment."""

    office: frozenset[str]
    post: frozenset[str]
    region: frozenset[str]

    @classmethod
    def of(cls, appointment: Appointment | None) -> Place:
        """Build from an appointment; without one, nothing tells."""
        if appointment is None:
            return cls(frozenset(), frozenset(), frozenset())
        region = meaningful(appointment.region)
        return cls(meaningful(appointment.office) - region, meaningful(appointment.post) - region, region)


@dataclass(frozen=True, slots=True)
class Around:
    """What an article says near a mention and anywhere."""

    near: frozenset[str]
    anywhere: frozenset[str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """How much of office, post (shares of their telling words, 0..1) and region stands near a mention."""

    office: float
    post: float
    region_near: bool
    region_anywhere: bool

    @property
    def bonus(self) -> float:
        """What the surroundings add to the strength of a name, 0..0.35."""
        region = 0.1 if self.region_near else 0.05 if self.region_anywhere else 0.0
        return 0.15 * self.office + 0.1 * self.post + region

    @property
    def anchors(self) -> bool:
        """Tell whether office or post stand near enough that even a one-word name counts."""
        return self.post >= 0.5 or self.office >= 0.6


def _share(wanted: frozenset[str], present: frozenset[str]) -> float:
    return len(wanted & present) / len(wanted) if wanted else 0.0


def weigh(place: Place, around: Around) -> Evidence:
    """Compare an appointment with the surroundings of a mention."""
    return Evidence(
        office=_share(place.office, around.near),
        post=_share(place.post, around.near),
        region_near=bool(place.region & around.near),
        region_anywhere=bool(place.region & around.anywhere),
    )


def vocabulary(texts: Sequence[Word]) -> frozenset[str]:
    """Give the telling words of a text."""
    out: set[str] = set()
    for word in texts:
        out.update(_LONG.get(word.folded, word.folded).split())
    return frozenset(out - _COMMON)


def someone_elses_post(before: Sequence[Word], place: Place) -> bool:
    """Tell whether the word right before a lone name is a rank or a street that is not this person's post."""
    if not before:
        return False
    last = fold_word(before[-1].folded)
    return last in _RANK_WORDS and last not in place.post


def latest(person: Person) -> Appointment | None:
    """The appointment whose words describe a person best when none held on the day."""
    return person.appointments[-1] if person.appointments else None
