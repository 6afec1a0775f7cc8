"""Invented contestants of many shapes, to fill the corpus with. Nobody here exists."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from classifiers.lexicon import words
from classifiers.text import TargetTerms

_GIVEN = words(
    "Andaika Misalno Ujiana Rekasari Contowan Permisal Umpamira Cobandi Sampelia Ibaratno Percobani "
    "Taksiran Andaiwati Rekanto Dumisal Ujitama Tirusno Contohari Pamisal Umpani Seandri Rekayani Cobaria "
    "Misalwan Andaini Ujidin Tiruwati Modelia Rancangno Simulana Kiasmi Perumpa Rekadewi Cobasih Misaldi "
    "Sampelno Umpawan Andaro Contiyem Ujiarti"
)
_FAMILY = words(
    "Rekaan Umpama Andaikan Percobaan Misalkan Ujiwan Contohan Tiruan Sampelan Ibaratnya Khayali Karangan "
    "Rancangan Perumpamaan Simulasi Fiktiwan Cobalagi Taksirwan Modelan Kiasan"
)
_NICK = words("Misal Ujik Cob Rek Umpa Andai Tir Samp Ibar Kias Dumi Mode Simu Rancang Perum Taks")
_TITLES = words("Pak Bu Bang Mas Gus Cak Kang Ning Mbak Haji Bunda Abah Uda Daeng Teh")
_PARTIES = (
    "Partai Fajar Contoh", "PFC", "Partai Rakyat Misal", "PRM", "Partai Karya Umpama", "PKU", "Partai Sejahtera Uji",
    "Partai Bulan Rekaan", "PBR", "Partai Andai Raya", "Andaraya", "Partai Coba Baru", "Cobaru", "Partai Tiru Jaya",
)  # fmt: skip
_CAMPS = ("kodok", "walang", "jangkrik", "lalat", "kepiting", "cicak", "belut", "codot", "undur", "garengpung")
_SLOGANS = ("Contoh Bersinar", "Maju Bareng Contoh", "Contoh Guyub", "Misal Berkah", "Rekaan Juara", "Uji Hebat",
            "Umpama Sejahtera", "Andai Bangkit", "Coba Terang", "Tiru Mulia")  # fmt: skip
_PLACES = ("Contoh", "Misalan", "Kabupaten Contoh", "Kota Uji", "Kecamatan Rekaan", "Desa Umpama", "Tirukota",
           "Andaijaya", "Kota Misal", "Sampelrejo", "Pulau Coba", "Ujungtiru", "Contohsari")  # fmt: skip
_SYLLABLES = words(
    "ba bo bud ca dar den di fa gan gu han har i jar jo ka kus la li ma man mu na ni no nur pra ra ri ro "
    "sa san sri su sul ta ti to tri u wa wi ya yo yu zul"
)
_OFFICES = (
    "presiden",
    "gubernur",
    "bupati",
    "walikota",
    "wali kota",
    "wakil bupati",
    "kepala daerah",
    "bupati",
    "gubernur",
)
_CONTESTS = ("pilkada", "pilgub", "pilbup", "pilwalkot", "pilpres", "pemilu", "pilkada")
_CANDIDACIES = (
    "calon bupati",
    "cabup",
    "cagub",
    "capres",
    "calon gubernur",
    "calon walikota",
    "calon presiden",
    "cawalkot",
)
_NUMBERS = ("1", "2", "3", "01", "02", "03", "satu", "dua", "tiga", "4", "empat", "5", "1", "2")


@dataclass(frozen=True, slots=True)
class Cast:
    """One invented contest: what fills `{K}` and the other slots."""

    people: tuple[str, ...]
    tags: tuple[str, ...]
    accounts: tuple[str, ...]

    def terms(self) -> TargetTerms:
        """Give everything that is to be masked."""
        return TargetTerms(
            names=self.people,
            parties=_PARTIES,
            camps=_CAMPS,
            slogans=_SLOGANS,
            hashtags=self.tags,
            accounts=self.accounts,
            numbers=(1, 2, 3, 4, 5),
        )


def cast() -> Cast:
    """Give the whole invented cast, always the same."""
    people: list[str] = []
    for index, given in enumerate(_GIVEN):
        people.append(given)
        people.append(f"{given} {_FAMILY[index % len(_FAMILY)]}")
        title = _TITLES[index % len(_TITLES)]
        people.append(f"{title} {_NICK[index % len(_NICK)]}")
    tags = [one.replace(" ", "") for one in _SLOGANS]
    tags += [f"{one}{two}" for one, two in zip(_NICK, reversed(_NICK), strict=True)]
    tags += [f"{given}Menang" for given in _GIVEN[::3]] + [f"{given}UntukSemua" for given in _GIVEN[1::4]]
    accounts = [f"{given.lower()}_resmi" for given in _GIVEN[::2]]
    return Cast(tuple(people), tuple(tags), tuple(accounts))


def strangers(dice: random.Random) -> Cast:
    """Give contestants nobody has heard of, new at every call, so that no letter of a name can be learnt."""
    people = []
    for _ in range(6):
        word = "".join(dice.choice(_SYLLABLES) for _ in range(dice.randint(2, 3))).capitalize()
        people += [word, f"{word} {dice.choice(_SYLLABLES)}{dice.choice(_SYLLABLES)}".title()]
    endings = ("Menang", "", "Presiden", "UntukSemua")
    tags = [f"{one}{two}".replace(" ", "") for one, two in zip(people, endings, strict=False)]
    return Cast(tuple(people), tuple(tags), tuple(f"{one.lower().replace(' ', '')}_id" for one in people))


def fill(template: str, who: Cast, dice: random.Random) -> str:
    """Fill the slots of a corpus line.

    {K} person, {KK} ticket, {P} party, {N} number, {T} hashtag, {S} slogan, {B} camp, {W} place, {A} account,
    {O} office, {C} contest, {J} candidacy.
    """
    first, second = dice.sample([one for one in who.people if " " not in one], 2)
    joint = dice.choice(("-", " - ", " dan ", " & ", "-"))
    values: dict[str, Callable[[], str]] = {
        "{KK}": lambda: f"{first}{joint}{second}",
        "{K}": lambda: dice.choice(who.people),
        "{P}": lambda: dice.choice(_PARTIES),
        "{N}": lambda: dice.choice(_NUMBERS),
        "{T}": lambda: "#" + dice.choice(who.tags),
        "{S}": lambda: dice.choice(_SLOGANS),
        "{B}": lambda: dice.choice(_CAMPS),
        "{W}": lambda: dice.choice(_PLACES),
        "{A}": lambda: "@" + dice.choice(who.accounts),
        "{O}": lambda: dice.choice(_OFFICES),
        "{C}": lambda: dice.choice(_CONTESTS),
        "{J}": lambda: dice.choice(_CANDIDACIES),
    }
    capital = template.isupper()
    for slot, value in values.items():
        while slot in template:
            chosen = value()
            template = template.replace(slot, chosen.upper() if capital else chosen, 1)
    return template
