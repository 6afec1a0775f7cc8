"""What the documents of a case say: every place of the templates by its name, filled from the database and the draft.

Nothing is invented: what neither the database nor a person said is "Nihil". No sanction is named anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from monitor.config import ZONES, Config
from monitor.custody import Case
from monitor.custody.copies import masked_words, newest_copy
from monitor.evidence import Archive
from monitor.legalbasis import LegalBasis
from monitor.models import Flag
from monitor.reports import act, rows, wording
from monitor.reports.course import Course
from monitor.reports.rows import Place, Row, Rows
from monitor.reports.wording import said
from monitor.rules.forms import FORMS, forms_in
from monitor.store import Draft, PieceKind, Witness
from monitor.targets import Targets

ELECTIONS = {"pemilu": "pemilihan umum", "pilkada": "pemilihan kepala daerah"}


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture as it is printed: its bytes, the digest of the evidence it shows, whether it is a working copy."""

    content: bytes
    sha256: str
    copied: bool


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that a template may name: plain places, tables, pictures."""

    values: Mapping[str, str]
    rows: Mapping[str, Rows]
    pictures: tuple[Shot, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """What the documents are made from. `finding_due`: until when a finding must be fixed, as the clock counts it."""

    case: Case
    draft: Draft
    version: int
    course: Course
    config: Config
    law: LegalBasis
    targets: Targets
    made_at: datetime
    finding_due: date | None = None

    @property
    def place(self) -> Place:
        """Where the case is: times are those of its region."""
        held = self.case.flag.actor.appointment
        mark = self.config.office.zone_name(held.region if held is not None else "")
        return Place(ZoneInfo(ZONES[mark]), mark)

    @property
    def election(self) -> str:
        """Give "pemilu" or "pilkada": as chosen, else as the contest is."""
        if self.draft.variant in ELECTIONS:
            return self.draft.variant
        return contest_of(self.targets, self.case.flag)[0] or "pemilu"

    @property
    def forms(self) -> tuple[str, ...]:
        """Give the form that somebody chose, else those that were proposed and fit the phase."""
        opinion = self.case.flag.opinion
        fitting = forms_in(opinion.setting.phase, (one for one in opinion.forms if one in FORMS))
        return (self.course.form,) if self.course.form else fitting or opinion.forms


def contest_of(targets: Targets, flag: Flag) -> tuple[str, str]:
    """Give kind and title of the contest of a flag, "" where it is not among the targets."""
    wanted = flag.opinion.setting.contest_id
    found = next((one for one in targets.contests if one.contest_id == wanted), None)
    return (found.kind, found.title) if found is not None else ("", "")


def assemble(source: Source, archive: Archive) -> Content:
    """Put a case into words.

    Raises:
        ArchiveError: a working copy or a picture is missing or damaged.
    """
    words = _words(source.case, archive)
    return Content(_values(source, words), _rows(source), _pictures(source.case, archive))


def proposals(source: Source) -> Draft:
    """Give what the fields of the form say where people leave them empty, as far as the database knows it."""
    flag, item, place = source.case.flag, source.case.flag.stored.item, source.place
    captured = wording.moment(flag.stored.captured_at, place.zone, place.mark)
    return Draft(
        stage=act.phase(flag),
        activity="Pengawasan langsung (pengawasan siber)",
        purpose="Mengawasi netralitas aparatur negara pada unggahan yang terbuka untuk umum",
        target=item.url or f"unggahan di {act.PLATFORMS[item.platform]}",
        time_place=f"{captured}, {source.config.office.name}",
        summary=(
            f"Pengawasan atas unggahan yang terbuka untuk umum menemukan {act.act(flag)} {act.who(flag)}. "
            f"Perbuatan itu direkam pada {captured}."
        ),
        event=_event(source),
        facts=_found(source),
        letter_about="Penyampaian hasil pengawasan netralitas aparatur negara",
        letter_text=(
            "Bersama ini kami sampaikan hasil pengawasan beserta bukti dan kelengkapannya untuk ditindaklanjuti sesuai "
            "dengan kewenangan dan ketentuan peraturan perundang-undangan. Hasil tindak lanjutnya mohon disampaikan "
            "kepada kami."
        ),
        signed_at=source.config.reports.place,
    )


def _found(source: Source) -> str:
    """Give what the tracing found, a line each with its day."""
    zone = source.place.zone
    return "\n".join(f"{wording.day(at.astimezone(zone).date())}: {text}" for at, text in source.course.found)


def _event(source: Source) -> str:
    flag, place = source.case.flag, source.place
    item = flag.stored.item
    when = (
        wording.moment(item.happened_at, place.zone, place.mark) if item.happened_at else "waktu yang belum diketahui"
    )
    said_of = act.act(flag)
    return f"{said_of[0].upper()}{said_of[1:]} {act.who(flag)} pada {when}."


def _words(case: Case, archive: Archive) -> Mapping[str, str]:
    item = case.flag.stored.item
    masked = masked_words(case, archive)
    if masked is not None:
        return masked
    return {"judul": item.title, "isi": item.text, "isi_induk": item.parent.text if item.parent is not None else ""}


def _values(source: Source, words: Mapping[str, str]) -> dict[str, str]:
    draft, flag, office = source.draft, source.case.flag, source.config.office
    first = proposals(source)

    def either(name: str) -> str:
        return said(getattr(draft, name) or getattr(first, name))

    return {
        "kantor": said(office.name),
        "kantor_alamat": said(source.config.reports.office_address),
        "wilayah": said(office.region),
        "tanda": str(flag.flag_id),
        "butir": str(flag.stored.item_id),
        "kontestasi": said(contest_of(source.targets, flag)[1]),
        "jenis_pemilihan": ELECTIONS[source.election],
        "skb": source.law.decree.text,
        "skb_catatan": said(source.law.decree.note),
        "kaki": (
            f"Tanda {flag.flag_id} · isian versi {source.version} · dibuat "
            f"{wording.moment(source.made_at, source.place.zone, source.place.mark)}"
        ),
        "nomor_formulir": said(draft.form_number),
        "nomor_temuan": said(draft.finding_number),
        "nomor_surat": said(draft.letter_number),
        "tahapan": either("stage"),
        "petugas_nama": said(draft.officer),
        "petugas_jabatan": said(draft.officer_post),
        "petugas_surat_tugas": said(draft.order_number),
        "petugas_alamat": said(draft.officer_address),
        "kegiatan_bentuk": either("activity"),
        "kegiatan_tujuan": either("purpose"),
        "kegiatan_sasaran": either("target"),
        "kegiatan_waktu_tempat": either("time_place"),
        "uraian_hasil": either("summary"),
        "peristiwa": either("event"),
        **_facts(source, words),
        "fakta_keterangan": either("facts"),
        **_written(draft),
        **_course(source),
        **_letter(source, either),
    }


def _facts(source: Source, words: Mapping[str, str]) -> dict[str, str]:
    """What the database knows; nobody edits this here."""
    flag, place = source.case.flag, source.place
    item, held = flag.stored.item, flag.actor.appointment
    account, parent, setting = flag.actor.account, item.parent, flag.opinion.setting
    return {
        "tahapan_kejadian": said(act.phase(flag)),
        "tahapan_kepastian": rows.CERTAINTY.get(setting.phase_status, wording.NOTHING),
        "jenis_perbuatan": act.act(flag),
        "platform": act.PLATFORMS[item.platform],
        "tempat_kejadian": wording.safe(
            f"{act.PLATFORMS[item.platform]}, {item.url}" if item.url else act.PLATFORMS[item.platform]
        ),
        "tautan": said(item.url),
        "waktu_kejadian": wording.moment(item.happened_at, place.zone, place.mark),
        "waktu_tertulis": said(item.happened_raw),
        "waktu_direkam": wording.moment(flag.stored.captured_at, place.zone, place.mark),
        "judul_unggahan": said(words["judul"]),
        "isi_unggahan": said(words["isi"]),
        "isi_terbaca": act.read(item, words),
        "dasar_tanda": act.ground(flag),
        "kutipan": wording.short(words["isi"] or words["judul"]) or wording.NOTHING,
        "isi_induk": said(words["isi_induk"]),
        "kutipan_induk": wording.short(words["isi_induk"]) or wording.NOTHING,
        "tautan_induk": said(parent.url if parent is not None else ""),
        "hubungan": act.RELATIONS[setting.relation] if parent is not None else wording.NOTHING,
        "pemilik_induk": said(act.owner(flag)),
        "pelaku_nama": said(flag.actor.person.full_name),
        "pelaku_status": held.kind.value if held is not None else wording.NOTHING,
        "pelaku_jabatan": said(held.post if held is not None else ""),
        "pelaku_instansi": said(held.office if held is not None else ""),
        "pelaku_wilayah": said(held.region if held is not None else ""),
        "akun": act.account(flag),
        "akun_id": said(account.native_id if account is not None else ""),
        "akun_keyakinan": account.confidence.value if account is not None else wording.NOTHING,
        "akun_dasar": said("; ".join(account.facts) if account is not None else ""),
        "keadaan": rows.STATES[flag.state],
        "bukti_sidik": flag.stored.evidence_sha256 or wording.NOTHING,
        "bukti_jumlah": str(len(rows.evidence(source.case, place))),
        "versi_jumlah": str(len(source.case.versions)),
        "keterangan_model": _model(flag),
    }


def _model(flag: Flag) -> str:
    """Say what the language model said, and that it proves nothing."""
    probability = flag.opinion.probability
    if probability is None:
        return "Model bahasa tidak menilai perbuatan ini; yang bekerja hanya aturan."
    chance = f"{min(max(probability, 0.01), 0.99):.2f}".replace(".", ",")
    return (
        f"Model bahasa memberi teks ini peluang {chance} sebagai teks yang memihak. Angka itu menilai kata-kata, bukan "
        "orangnya, hanya mengurutkan antrean, dan bukan alat bukti."
    )


def _written(draft: Draft) -> dict[str, str]:
    """What people wrote, and nobody else could."""
    return {
        "bukti_keterangan": said(draft.evidence_note),
        "uraian_dugaan": said(draft.suspicion),
        "analisa": said(draft.analysis),
        "tanggapan": said(draft.statement),
        "tanggapan_tanggal": wording.iso_day(draft.statement_on),
        "pasal": said(draft.articles),
        "jenis_dugaan": said(draft.kind),
        "tindak_lanjut": said(draft.follow_up),
        "sengketa_peserta": said(draft.dispute_parties),
        "sengketa_tempat": said(draft.dispute_place),
        "sengketa_waktu": said(draft.dispute_time),
        "sengketa_bentuk": said(draft.dispute_form),
        "sengketa_identitas": said(draft.dispute_identity),
        "sengketa_tanggal": said(draft.dispute_date),
        "sengketa_kerugian": said(draft.dispute_loss),
        "sengketa_uraian": said(draft.dispute_story),
        "tanda_tangan_tempat": said(draft.signed_at),
        "tanda_tangan_tanggal": wording.iso_day(draft.signed_on, wording.plain_day),
        "penanda_tangan": said(draft.signer or draft.officer),
        "penanda_tangan_jabatan": said(draft.signer_post or draft.officer_post),
    }


def _course(source: Source) -> dict[str, str]:
    """What happened to the case since; nobody edits this here."""
    course, place = source.course, source.place
    objected = "\n".join(
        f"{'Banding' if one.appeal else 'Keberatan'}, {wording.day(one.day)}, lewat {wording.safe(one.channel)}: "
        f"{wording.safe(one.text)}"
        for one in course.objections
    )
    return {
        "keberatan": objected or wording.NOTHING,
        "batas_temuan": _deadline(source),
        "diketahui": wording.moment(course.known_at, place.zone, place.mark),
        "pleno_nomor": said(course.plenary_number),
        "pleno_tanggal": wording.day(course.plenary_on) if course.plenary_on is not None else wording.NOTHING,
    }


def _deadline(source: Source) -> str:
    """Give the day that people wrote, else the counted one, which says that it was counted."""
    if source.draft.finding_deadline or source.finding_due is None:
        return wording.iso_day(source.draft.finding_deadline)
    return f"{wording.day(source.finding_due)} (hitungan alat bantu; pastikan)"


def _letter(source: Source, either: Callable[[str], str]) -> dict[str, str]:
    found = next((one for one in source.config.reports.recipients if one.id == source.draft.recipient), None)
    return {
        "surat_hal": either("letter_about"),
        "surat_isi": either("letter_text"),
        "penerima_nama": said(found.name if found is not None else ""),
        "tanda_tangan_tempat": either("signed_at"),
    }


def _rows(source: Source) -> dict[str, Rows]:
    case, place = source.case, source.place
    held = case.flag.actor.appointment
    law = source.law.of(source.forms, source.election, held.kind if held is not None else None)
    found = next((one for one in source.config.reports.recipients if one.id == source.draft.recipient), None)
    lines = [line.strip() for line in (found.address if found is not None else "").split(";") if line.strip()]
    witnesses = source.draft.witnesses or (Witness(wording.NOTHING, wording.NOTHING),)
    return {
        "saksi": rows.numbered([_witness(one) for one in witnesses]),
        "bukti": rows.evidence(case, place),
        "barang": rows.goods(case),
        "versi": rows.versions(case, place),
        "keputusan": rows.decisions(case, place),
        "aturan": rows.rules(case),
        "alat": rows.tools(case),
        "bentuk": rows.forms(source.forms, source.law),
        "dasar_hukum": rows.provisions(law),
        "penerima_alamat": rows.numbered([{"baris": wording.safe(line)} for line in lines]),
    }


def _witness(one: Witness) -> Row:
    return {"nama": said(one.name), "alamat": said(one.address)}


def _pictures(case: Case, archive: Archive) -> tuple[Shot, ...]:
    """Give every picture of a case, the working copy where there is one."""
    shots = []
    for sha256 in case.shown:
        copy = newest_copy(case, PieceKind.PICTURE_COPY, sha256)
        shots.append(Shot(archive.read(copy.sha256 if copy is not None else sha256), sha256, copy is not None))
    return tuple(shots)
