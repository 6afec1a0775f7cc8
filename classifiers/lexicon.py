"""Words as facts: spellings of everyday words, offices, contests, numbers, and the pieces hashtags are made of.

One line a canonical form: `canonical: form form form`. Written down by hand for this project.
"""

from __future__ import annotations


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
