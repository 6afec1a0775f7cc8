"""Words as facts: spellings of everyday words, offices, contests, numbers, and the pieces hashtags are made of.

`SPELLINGS` is what the model's tokens go through: one line a canonical form, `canonical: form form form`. The larger
lexicon of informal spelling stands in `lexicon.tsv` (form, standard, kind) and is asked with `normal`. Both were
written down by hand for this project.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from classifiers.errors import ClassifierError

LEXICON = Path(__file__).with_name("lexicon.tsv")
_COLUMNS = 3
_DOUBLED = re.compile(r"([a-z]{2,20})2(nya|an|in)?")


def words(text: str) -> tuple[str, ...]:
    """Give the words of a line, for lists that read better as running text."""
    return tuple(text.split())


_SPELLINGS = """
yang: yg yng yag ygg
tidak: tdk gak ga gk ngga nggak enggak engga kaga kagak ndak nda tak tdak g ora ndk tida teu henteu boten mboten
belum: blm blum belom durung
dengan: dgn dg dngn dengn
untuk: utk tuk untk buat bwt buwat kanggo
sudah: sdh udh udah dah sudh wes wis udeh uda sampun
jangan: jgn jng jangn jgan ojo ojok jgnlah entong
karena: krn karna krna gara gegara soalnya
banget: bgt bngt bget bingit bangettt pisan
saya: sy aku gw gue gua ane kulo aing abdi ambo denai awak ay sya saia
kamu: km kmu lu lo loe elu elo kowe sampeyan maneh ente anda kau
kalian: klian
kita: kt kito qta
kami: kmi
mereka: mrk mreka
dia: doi die
beliau: bliau belio
kalau: klo kalo kl klu nek lamun klau kalok kalu
orang: org oramg urang wong uwong
seperti: spt sprti kyk kayak kaya kek koyo sprt
tapi: tp tpi tetapi
saja: aja aj ae wae doang sj ajh ajah sajo bae hae
juga: jg jga
sangat: sgt sngt
semua: smua smw kabeh sadayana sadonyo
semoga: smoga smg moga mudahan mugi mugo muga smga
bisa: bs bsa iso
dari: dr dri ti
dalam: dlm
pada: pd
adalah: adlh
akan: akn bakal bkl bakalan
jadi: jd jdi dadi dados menjadi mjd mnjd
sekarang: skrg skrang skg saiki ayeuna kini
siapa: sp sapa siape sopo saha siapo
kenapa: knp knpa mengapa ngapa napa kunaon ngopo
bagaimana: bgmn gmn gimana gmana piye kumaha baa
apa: ap opo naon
lagi: lg lgi maning deui
lebih: lbh lbih
hanya: hny cuma cm cuman mung ukur
memang: emang emg mmg
terus: trs trus
pilih: plih milih pileh mamilih kapilih pilihlah piliah memilih
coblos: nyoblos cobloss mencoblos coblosan tusuk
dukung: dkung ndukung dukunglah ngadukung mendukung support suport dukungan
menang: mng menanglah meunang manang monang
menangkan: memenangkan menangin
kalah: kalh
rakyat: rkyt wargi warga masyarakat
negara: ngra
bapak: bpk bp pak pk
ibu: bu buk bunda mak emak
bagus: bgs apik sae alus rancak
baik: bae2
benar: bner bener btul betul leres
ayo: ayok yuk yok hayu hayuk kuy mari marilah yuks
gas: gaskeun gaspol gass gasken gaskan gaspoll
mantap: mantab mntap mantul mantep mantav
hidup: idup
terima: trima
kasih: ksh
nomor: no nmr nomer nmor nomr nmer
lanjutkan: lanjut lanjutken teruskan
bohong: boong bohongin bokis ngibul
janji: jnji
pembohong: pembual tukangbohong
korupsi: korup koruptor maling garong rampok
pencitraan: citra pencitran
aamiin: amin amiin aamin ameen amien aminn
alhamdulillah: alhamdulilah hamdalah
insyaallah: insha inshaallah isyaallah insya
goblok: goblog gblk bego bodoh dungu tolol bodo oon pekok
lapor: laporin
kerja: krja
pemimpin: pemimpn leader pimpinan
calon: cln
pasangan: psangan
suara: swara
datang: dtg dateng
rumah: rmh omah imah
uang: duit doku hepeng pitih piti
"""

OFFICES = frozenset(
    words("presiden gubernur bupati walikota walkot wali wapres wagub wabup wawali wakil ri1 kades lurah")
)
CANDIDACIES = frozenset(
    words(
        "capres cawapres cagub cawagub cabup cawabup cawalkot cawali bacapres bacawapres bacagub bacabup "
        "bacawali bacalon balon calon kandidat paslon"
    )
)
CONTESTS = frozenset(
    words("pemilu pilpres pilkada pilgub pilbup pilwalkot pilwali pileg pemilukada pilkades pilwakot pemilihan")
)
NUMBERS = {
    **dict.fromkeys(["satu", "siji", "setunggal", "hiji", "ciek", "sada", "esa", "sidi"], 1),
    **dict.fromkeys(["dua", "loro", "kalih", "duo", "dio", "dueh"], 2),
    **dict.fromkeys(["tiga", "telu", "tilu", "tolu", "tigo", "tello"], 3),
    **dict.fromkeys(["empat", "papat", "opat", "ampek"], 4),
    **dict.fromkeys(["lima", "limo", "gangsal"], 5),
}
BALLOT_CUES = frozenset(
    words(
        "nomor urut paslon pilih coblos dukung gas salam jari menyala capres cagub cabup cawalkot cawali "
        "pasangan kandidat tetap tim kubu pendukung ayo lanjutkan menangkan"
    )
)
COUNTED = frozenset(
    words(
        "periode putaran kali jam hari tahun bulan minggu orang ribu juta menit detik anak kg kilo persen "
        "kursi suara porsi buah lembar ekor meter liter rupiah lagi duanya tiganya sama pilihan macam jenis "
        "malam set babak gol"
    )
)
"""A number before one of these counts something; it is no ballot number."""
NOT_BALLOT = frozenset(
    words(
        "uu undang pasal ayat peraturan perbawaslu pkpu perpres perda perppu pp permen permendagri keputusan "
        "kepmen sk se edaran surat putusan rekening rek hp telepon telp wa jalan jl gang blok rt rw antrean "
        "antrian perkara seri resi polisi kamar kelas bab halaman tahun jam pukul tanggal tgl km lantai meja "
        "pesanan order angka"
    )
)
PIECES = frozenset(NUMBERS) | frozenset(
    words(
        "menang pasti presiden gubernur bupati walikota pilih coblos dukung lanjutkan ganti bersama untuk "
        "maju tetap jangan tolak periode damai pemilu pilkada pilpres bukan rakyat indonesia satu dua tiga "
        "putaran hebat juara sahabat relawan pilihan kita kami pemimpin muda harapan perubahan semua bisa "
        "jaga netral netralitas asn sukses sukseskan bersih jujur adil anti hoax golput kampanye save hidup "
        "jaya salam akal sehat bangkit bersatu bergerak menuju kota desa kabupaten provinsi cerdas pemilih "
        "teman tahun baru wakil calon kuat cinta peduli terbaik asal kalah"
    )
)


def _table() -> dict[str, str]:
    """Give form -> canonical form."""
    table: dict[str, str] = {}
    for line in _SPELLINGS.strip().splitlines():
        canonical, _, forms = line.partition(":")
        for form in forms.split():
            table[form] = canonical
    return table


SPELLINGS = _table()


class Kind(StrEnum):
    """Why a form is not the standard spelling."""

    ABBREVIATION = "singkatan"
    SLANG = "gaul"
    REGIONAL = "daerah"
    CAMPAIGN = "kampanye"
    SPELLING = "ejaan"
    LOAN = "serapan"
    DOUBLED = "ulang"


@dataclass(frozen=True, slots=True)
class Form:
    """One form as people write it, folded; what it stands for (one word or several); and why it differs."""

    form: str
    standard: str
    kind: Kind


def read_forms(path: Path) -> tuple[Form, ...]:
    """Read a lexicon: `form<TAB>standard<TAB>kind`; `#<TAB>` starts a remark line.

    Raises:
        ClassifierError: A line that cannot be read, or a form that is written twice; with its number.
    """
    forms: dict[str, Form] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#\t"):
            continue
        parts = line.split("\t")
        if len(parts) != _COLUMNS or not all(parts) or parts[2] not in set(Kind):
            raise ClassifierError(
                f"{path.name} baris {number}: tulis bentuk, baku, dan jenis dipisah tab; jenis salah satu dari "
                f"{', '.join(Kind)}."
            )
        if parts[0] in forms:
            raise ClassifierError(f"{path.name} baris {number}: bentuk {parts[0]} sudah ditulis sebelumnya.")
        forms[parts[0]] = Form(parts[0], parts[1], Kind(parts[2]))
    return tuple(forms.values())


@lru_cache(maxsize=1)
def forms() -> dict[str, Form]:
    """Give the shipped lexicon by form; read once, when first asked for."""
    return {one.form: one for one in read_forms(LEXICON)}


def normal(form: str) -> str | None:
    """Give the standard spelling of a folded word ("yg" -> "yang", "orang2nya" -> "orang-orangnya").

    None where the lexicon does not know the word, which is no claim that the word is standard.
    """
    known = forms().get(form)
    if known is not None:
        return known.standard
    doubled = _DOUBLED.fullmatch(form)
    if doubled is None:
        return None
    base, ending = doubled[1], doubled[2] or ""
    written = forms().get(base)
    base = base if written is None else written.standard
    return None if " " in base else f"{base}-{base}{ending}"
