"""The forms of Lampiran II of the SKB of 2022 as stable codes, and in which phases each may be proposed.

Before a contest's penetapan the list of kode etik (KE) speaks, after it the list of disiplin (DIS); a few forms belong
to both sides. Source: docs of the SKB as copied by Bawaslu and BKN offices; the number in the SKB is data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitor.models import Phase

BEFORE = frozenset({Phase.PRE, Phase.ASPIRANT})
AFTER = frozenset(Phase) - BEFORE
ANY = frozenset(Phase)


@dataclass(frozen=True, slots=True)
class Form:
    """One form: its code, what it is called in Indonesian, and the phases in which it may be proposed."""

    code: str
    title: str
    phases: frozenset[Phase]


def _table() -> Iterable[Form]:
    yield Form("KE-1", "memasang alat peraga bakal calon", BEFORE)
    yield Form("KE-2", "sosialisasi atau kampanye daring bakal calon", BEFORE)
    yield Form("KE-3", "menghadiri deklarasi bakal calon dan memberi dukungan aktif", BEFORE)
    yield Form("KE-4", "posting, komentar, bagikan, suka, ikuti di akun pemenangan bakal calon", BEFORE)
    yield Form("KE-5", "foto bersama bakal calon, tim sukses atau alat peraga", BEFORE)
    yield Form("KE-6", "ikut kegiatan kampanye atau pengenalan bakal calon", BEFORE)
    yield Form("KE-7", "mengikuti deklarasi atau kampanye suami/istri tanpa CLTN", ANY)
    yield Form("DIS-1", "memasang alat peraga calon", AFTER)
    yield Form("DIS-2", "sosialisasi atau kampanye daring calon", AFTER)
    yield Form("DIS-3", "pendekatan sebagai bakal calon tanpa CLTN", BEFORE)
    yield Form("DIS-4", "menghadiri deklarasi atau kampanye dan memberi dukungan", AFTER)
    yield Form("DIS-5", "menjadi anggota atau pengurus partai politik", ANY)
    yield Form("DIS-6", "posting, komentar, bagikan, suka, ikuti di akun pemenangan atau calon", AFTER)
    yield Form("DIS-7", "foto bersama calon, tim sukses atau alat peraga untuk mendukung", AFTER)
    yield Form("DIS-8", "kegiatan yang mengarah pada keberpihakan (ajakan, imbauan, seruan)", ANY)
    yield Form("DIS-9", "tim ahli atau tim pemenangan sebelum penetapan", BEFORE)
    yield Form("DIS-10", "tim ahli atau tim pemenangan sesudah penetapan", AFTER)
    yield Form("DIS-11", "surat dukungan atau KTP untuk calon perseorangan", BEFORE)
    yield Form("DIS-12", "keputusan atau tindakan yang menguntungkan atau merugikan calon", ANY)
    yield Form("TNI-1", "prajurit TNI memberi komentar, penilaian atau arahan", ANY)
    yield Form("POL-1", "anggota Polri memberi komentar, foto, pose atau suka", ANY)


FORMS: Mapping[str, Form] = {form.code: form for form in _table()}


def forms_in(phase: Phase | None, codes: Iterable[str]) -> tuple[str, ...]:
    """Keep the codes that may be proposed in the phase; an unknown phase keeps all, for a human to choose."""
    return tuple(code for code in codes if phase is None or phase in FORMS[code].phases)
