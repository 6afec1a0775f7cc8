"""Indonesian names: titles off, spellings folded, words with their places.

A title is taken off only while a name remains, so that a person called "Ma" keeps it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_FRONT_WORDS = """
    prof dr drg drh drs dra ir h hj hi kh ky kyai kiai haji hajah ust ustad ustadz ustaz ustadzah tgk tgh pdt pdp
    ns apt ners bidan rd rr rm rmt krt krmt krmh kra kph kgph kgpaa gph bph gkr grm brm rng bripda briptu bripka
    brigadir brigpol brig aipda aiptu ipda iptu akp kompol akbp kombes kombespol akb pol brigjen irjen komjen
    jenderal jend prada pratu praka kopda koptu kopka serda sertu serka serma pelda peltu letda lettu kapten kapt
    mayor letkol kolonel kol mayjen letjen laksma laksda marsma
"""
_FRONT = frozenset(_FRONT_WORDS.split())
# Corps and arms: only after a rank ("Letkol Inf"), for some are names.
_CORPS_WORDS = """
    inf kav art arm arh czi cke chb cpl cba ckm caj cpm cku ctp chk mar pnb lek tek sus pom psk purn
"""
_CORPS = frozenset(_CORPS_WORDS.split())
_FRONT_WITH_DOT = _FRONT | {"r", "ra", "tb", "tn", "ny", "sdr", "sdri", "bpk"}

# Unmistakable even without dots and in any case.
_BACK_WORDS = """
    ssos spd spdi spdsd ssi skom skep skm sked sfarm sstp sag shi sei sikom spsi spt spi sstat sgz stp stre strkeb
    strkep strkes stt ssn ssnt sds shum ssy spdk spdkn spdaud sesy msi mpd mpdi mkes mkom mhum msc meng mbiomed
    mkeb mkep mkn mth mmkes mmpd mikom mpsi msos mpt mphil mph mpp mtr mtrap mstr mengg msak mtp mfarm mtrip mpa
    amd amdkeb amdkep amdkom amk amkeb amkl amak bsc ba bba bsw lc phd edd dea dess atd attd dcn sptc apt ners ns
    sppd spog spb spjp spm spkk spkj spok spn sprad spu sptht sppk ort akt cpa cfra cfe qia qgia crmo crmp cgcae
    cpsp cqa purn ppns hc cand tnip
"""
_BACK = frozenset(_BACK_WORDS.split())
# Words that are also names or common syllables: only in capitals, or written with dots.
_BACK_IN_CAPITALS_WORDS = """
    se sh st sik ms me ca mm mh mt ma sp ak mp dh si sa mi mk sm tni pol
"""
_BACK_IN_CAPITALS = frozenset(_BACK_IN_CAPITALS_WORDS.split())
# Names too, even in capitals ("Mei"): only with a dot inside.
_BACK_WITH_DOTS_WORDS = """
    mei map mak mars mag mec span spot amp ama apd sak sip sap sab sth mba bac spa mar ahli
"""
_BACK_WITH_DOTS = frozenset(_BACK_WITH_DOTS_WORDS.split())

_PARENTHESES = re.compile(r"\([^()]*\)")
_GLUED_FRONT = re.compile(r"([A-Za-z]{1,5})\.(?=[^\s.])")
_DOTTED = re.compile(r"(?:[A-Za-z]{1,5}\.)+[A-Za-z]{0,6}")
_WORD = re.compile(r"[^\W_]+(?:['’‘ʼ`´][^\W_]+)*")
_APOSTROPHES = str.maketrans("", "", "'’‘ʼ`´")

# One spelling for the commonest first name, whose short forms outnumber the long one.
_SAME_WORDS = """
    m md muh moh mhd muhd moch much mochamad mochammad mohamad mohammad mohamed mohammed muhamad muhamat mukhamad
    mukhammad muchamad muchammad mokhamad
"""
_SAME = dict.fromkeys(_SAME_WORDS.split(), "muhammad")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: folded, and where it stands (raw offsets, end exclusive)."""

    folded: str
    start: int
    end: int


def strip_titles(full_name: str) -> str:
    """Give the bare name: "drg. H. Contoh Misal, S.Sos., M.Si." is "Contoh Misal". Spaces become single."""
    before_comma = _PARENTHESES.sub(" ", full_name).partition(",")[0].replace(" .", ".")
    tokens = _without_front(_unglued(before_comma.split()))
    tokens = _without_back(tokens)
    return " ".join(tokens).strip(" .-") or " ".join(full_name.split())


def _unglued(tokens: list[str]) -> list[str]:
    """Split "Drs.H.Contoh" into its parts; initials such as "A.B. Contoh" stay as they are."""
    parts: list[str] = []
    for token in tokens:
        rest = token
        while (glued := _GLUED_FRONT.match(rest)) and glued[1].casefold() in _FRONT:
            parts.append(glued[0])
            rest = rest[glued.end() :]
        parts.append(rest)
    return parts


def _without_front(tokens: list[str]) -> list[str]:
    taken = 0
    while taken < len(tokens) - 1:
        corps = taken > 0 and bare(tokens[taken]) in _CORPS
        if not (corps or is_front_title(tokens[taken])):
            break
        taken += 1
    return tokens[taken:]


def _without_back(tokens: list[str]) -> list[str]:
    while len(tokens) > 1:
        if is_back_title(tokens[-1]):
            tokens = tokens[:-1]
        elif len(tokens) > 2 and len(bare(tokens[-2])) == 1 and is_back_title(f"{bare(tokens[-2])}.{tokens[-1]}"):
            tokens = tokens[:-2]
        else:
            break
    return tokens


def bare(token: str) -> str:
    """Letters and digits only, folded: "S.Sos." is "ssos"."""
    return "".join(letter for letter in token.casefold() if letter.isalnum())


def is_front_title(token: str) -> bool:
    """Tell whether a word before a name is a title ("drg.", "H", "Kompol"); some only with their dot ("R.")."""
    return bare(token) in (_FRONT_WITH_DOT if token.endswith(".") else _FRONT)


def is_back_title(token: str) -> bool:
    """Tell whether a word after a name is a title ("S.Sos.", "MSi", "MM")."""
    letters = bare(token)
    if not letters:
        return True
    if letters in _BACK:
        return True
    if letters in _BACK_WITH_DOTS:
        return "." in token.rstrip(".")
    if letters in _BACK_IN_CAPITALS:
        return "." in token.rstrip(".") or token.rstrip(".").isupper() or not token[:1].isupper()
    plain = token.strip(".,")
    return "." in plain and bool(_DOTTED.fullmatch(token.strip(","))) and any(len(one) > 1 for one in plain.split("."))


def fold_word(word: str) -> str:
    """Fold one word: no case, no accents, no apostrophes; the spellings of Muhammad become one."""
    if not word.isascii():
        word = "".join(one for one in unicodedata.normalize("NFKD", word) if not unicodedata.combining(one))
    folded = word.translate(_APOSTROPHES).casefold()
    return _SAME.get(folded, folded)


def words(text: str) -> list[Word]:
    """Give the words of a text with their raw places."""
    return [Word(fold_word(found[0]), found.start(), found.end()) for found in _WORD.finditer(text)]


def name_words(name: str) -> tuple[str, ...]:
    """Give the folded words of a bare name."""
    return tuple(map(fold_word, _WORD.findall(name)))
