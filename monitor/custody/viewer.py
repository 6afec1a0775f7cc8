"""What a reader of a pack sees: one page without scripts, and how to check the pack with standard tools."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape

from monitor.custody.case import Case, PackOffice
from monitor.custody.copies import masked_words, newest_copy
from monitor.custody.report import when
from monitor.evidence import Archive
from monitor.store import PieceKind

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' file:"
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:1.5rem auto;padding:0 1rem;color:#1b2421;"
    "background:#fff}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.25rem .75rem .25rem 0;"
    "vertical-align:top;border-bottom:1px solid #d5dad6}blockquote{border-left:.2rem solid #7c8882;margin:.5rem 0;"
    "padding:.1rem 0 .1rem 1rem;white-space:pre-wrap;overflow-wrap:anywhere}code,td{overflow-wrap:anywhere}"
    "img{max-width:100%;height:auto;border:1px solid #d5dad6}.batas{border-left:.4rem solid #6f4d00;padding-left:1rem}"
    "section{border-top:2px solid #1b2421;margin-top:2rem}"
)


def visible(text: str) -> str:
    """Turn what is unseen, or turns a line around, into a visible mark."""
    return _UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", text.replace("\r\n", "\n"))


def show(text: object) -> str:
    """Escape outside text; what is unseen becomes a visible mark."""
    return visible(escape(str(text)))


def page(
    cases: Sequence[Case],
    archive: Archive,
    office: PackOffice,
    sums: Mapping[str, str],
    left_out: Mapping[str, str],
    originals: bool,  # noqa: FBT001 - what the choice of the pack was
) -> str:
    """Write the viewer: everything escaped, no script, no link that leaves the pack."""
    rows = "".join(
        f"<tr><td>{show(name)}</td><td><code>{digest}</code></td></tr>" for name, digest in sorted(sums.items())
    )
    missing = "".join(
        f"<tr><td><code>{show(digest)}</code></td><td>{show(why)}</td></tr>" for digest, why in sorted(left_out.items())
    )
    withheld = (
        f"<h2>Tidak disertakan</h2><p>Tersimpan di kantor dengan sidik ini:</p><table><tbody>{missing}</tbody></table>"
        if missing
        else ""
    )
    return (
        '<!doctype html><html lang="id"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}"><meta name="referrer" '
        f'content="no-referrer"><title>Berkas bukti</title><style>{_STYLE}</style></head><body>'
        f"<h1>Berkas bukti — {show(office.name)}</h1>"
        f"<p>Dibuat {show(when(office.made_at, office.zone, office.mark))}"
        f"{f' oleh {show(office.made_by)}' if office.made_by else ''}"
        f"{f'. Alasan: {show(office.why)}' if office.why else ''}.</p>"
        '<p class="batas">Tanda dibuat oleh mesin dan bukan putusan. Yang memutuskan adalah orang. Cara memeriksa '
        "keutuhan berkas ini ada di CARA-MEMERIKSA.txt.</p>"
        f"<p>Kepala rantai audit: nomor {office.head.seq}, sidik <code>{show(office.head.hash)}</code></p>"
        f"{''.join(_case(case, None if originals else masked_words(case, archive), office, sums) for case in cases)}"
        f"{withheld}<h2>Isi berkas dan sidik SHA-256</h2><table><tbody>{rows}</tbody></table></body></html>\n"
    )


def _case(case: Case, masked: Mapping[str, str] | None, office: PackOffice, sums: Mapping[str, str]) -> str:
    flag, item = case.flag, case.flag.stored.item
    held = flag.actor.appointment
    texts = masked if masked is not None else {
        "judul": item.title, "isi": item.text, "isi_induk": item.parent.text if item.parent is not None else "",
    }  # fmt: skip
    facts = [
        ("orang dalam daftar", flag.actor.person.full_name),
        ("jabatan pada hari itu", f"{held.kind.value} · {held.post} · {held.office}" if held is not None else "—"),
        ("platform dan jenis", f"{item.platform.value}, {item.kind.value}"),
        ("alamat", item.url or "—"),
        ("terjadi", when(item.happened_at, office.zone, office.mark) if item.happened_at else "tidak diketahui"),
        ("direkam", when(flag.stored.captured_at, office.zone, office.mark)),
        ("keadaan", flag.state.value),
        *((f"keputusan {one.decision_id}", _decision(case, one.decision_id, office)) for one in flag.decisions),
    ]
    quotes = "".join(
        f"<h3>{label}</h3><blockquote>{show(texts[name])}</blockquote>"
        for name, label in (("judul", "Judul"), ("isi", "Isi"), ("isi_induk", "Unggahan yang ditanggapi"))
        if texts[name]
    )
    return (
        f"<section><h2>Tanda {flag.flag_id}</h2><table><tbody>{_rows(facts)}</tbody></table>{quotes}"
        f"{'<p>Kata yang menyebut orang lain ditutup (█).</p>' if masked is not None else ''}{_pictures(case, sums)}"
        f"<h3>Pengambilan</h3>{_fetches(case, office)}<h3>Buku bukti</h3>{_log(case, office)}</section>"
    )


def _decision(case: Case, decision_id: int, office: PackOffice) -> str:
    one = next(one for one in case.flag.decisions if one.decision_id == decision_id)
    who = case.names.get(one.user_id, "?")
    what = "membatalkan keputusan sebelumnya" if one.undoes is not None else one.state.value
    return f"{what}{f' ({one.reason.value})' if one.reason else ''} — {who}, {_when(one.decided_at, office)}"


def _when(at: datetime, office: PackOffice) -> str:
    return when(at, office.zone, office.mark)


def _rows(facts: Sequence[tuple[str, str]]) -> str:
    return "".join(f'<tr><th scope="row">{show(name)}</th><td>{show(said)}</td></tr>' for name, said in facts)


def _pictures(case: Case, sums: Mapping[str, str]) -> str:
    shown = []
    for sha256 in case.shown:
        copy = newest_copy(case, PieceKind.PICTURE_COPY, sha256)
        wanted = copy.sha256 if copy is not None else sha256
        name = next((one for one in sums if one.startswith(f"gambar/{wanted}")), "")
        if name and not name.endswith(".bin"):
            note = "salinan suntingan" if copy is not None else "asli"
            shown.append(f'<p><img src="{show(name)}" alt="gambar bukti, {note}"><br>{note}: <code>{wanted}</code></p>')
    return f"<h3>Gambar</h3>{''.join(shown)}" if shown else ""


def _fetches(case: Case, office: PackOffice) -> str:
    rows = "".join(
        f"<tr><td>{show(_when(one.fetched_at, office))}</td><td>{show(one.kept.url)}</td>"
        f"<td>{show(one.outcome.value)}, {one.status or 'berkas'}</td><td><code>{one.kept.body_sha256}</code></td></tr>"
        for one in case.recordings
        if not one.erased
    )
    return f"<table><tbody>{rows}</tbody></table>" if rows else "<p>Direkam sebelum catatan pengambilan disimpan.</p>"


def _log(case: Case, office: PackOffice) -> str:
    rows = "".join(
        f"<tr><td>{show(_when(one.at, office))}</td>"
        f"<td>{show(case.names.get(one.user_id, '?') if one.user_id is not None else 'Netra')}</td>"
        f"<td>{show(one.act.value)}</td><td>{show(one.why)}</td></tr>"
        for one in case.log
    )
    return f"<table><tbody>{rows}</tbody></table>" if rows else "<p>Belum ada.</p>"


def guide(office: str) -> str:
    """Say how to check a pack, for somebody who never saw Netra."""
    return f"""CARA MEMERIKSA BERKAS BUKTI INI
Dibuat oleh {office} dengan Netra. Netra tidak diperlukan untuk memeriksanya.

1. KEUTUHAN ISI
   Buka ZIP ini ke sebuah folder, lalu jalankan di folder itu:
     Linux    : sha256sum -c SHA256SUMS
     macOS    : shasum -a 256 -c SHA256SUMS
     Windows  : Get-FileHash NAMA-BERKAS   (PowerShell), bandingkan dengan barisnya di SHA256SUMS
   Setiap baris harus berakhir "OK". Satu saja yang "FAILED" berarti berkas itu berubah sesudah berkas bukti dibuat.

2. BERKAS INI SAMA DENGAN YANG DIKELUARKAN KANTOR
   Hitung SHA-256 dari berkas ZIP itu sendiri dan tanyakan kepada kantor: setiap berkas yang dikeluarkan tercatat di
   buku buktinya bersama sidik ZIP-nya, siapa yang mengeluarkan, kapan, dan mengapa.

3. CAP WAKTU (bila ada folder cap-waktu)
   openssl ts -verify -data SHA256SUMS -in cap-waktu/SHA256SUMS.tsr -CAfile cap-waktu/tsa.pem
   Jawaban "Verification: OK" membuktikan bahwa SHA256SUMS sudah ada pada waktu yang tertulis di cap itu:
     openssl ts -reply -in cap-waktu/SHA256SUMS.tsr -text
   Pastikan sendiri bahwa sertifikat di tsa.pem memang milik penyedia cap waktu yang dipercaya.

4. RANTAI AUDIT
   manifest.json memuat nomor dan sidik kepala rantai audit ketika berkas ini dibuat. Cocokkan dengan kepala rantai
   hari itu yang disimpan kantor di luar komputernya (cetakan atau berkas kepala-*.txt).

5. ISI
   index.html                 dibuka dengan peramban mana pun; tanpa skrip, tidak memuat apa pun dari luar
   kasus/NOMOR/manifest.json  sidik setiap potongan, sumber, hasil pengambilan, versi alat, aturan, model, daftar
   kasus/NOMOR/butir.json     kata-kata yang direkam; tertutup bila menyebut orang lain
   bukti/*.bin                jawaban mentah; teks atau HTML dari luar, jangan dibuka dengan peramban
   warc/*.warc.gz             rekaman permintaan dan jawaban (WARC, ISO 28500), terbaca alat WARC mana pun
   gambar/                    tangkapan layar dan foto; salinan suntingan bila ada orang lain di dalamnya

6. YANG TIDAK DIBUKTIKAN
   Keutuhan bukan kebenaran. Berkas ini membuktikan apa yang terlihat dari alamat itu pada waktu itu, bukan siapa yang
   memegang akunnya. Yang sengaja tidak disertakan disebut dengan sidiknya di manifest.json ("tidak_disertakan").
"""
