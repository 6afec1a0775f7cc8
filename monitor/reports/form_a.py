"""Formulir Model A in its two variants. What stands where, told once; Word and PDF templates are drawn from it."""

from __future__ import annotations

from monitor.reports.blocks import Block, Fields, Paper, Part, Pictures, Prose, Sign, Table, Title

LAW = Table(
    "dasar_hukum",
    (("No.", "{no}", 1.0), ("Ketentuan", "{teks}", 8.5), ("Kepastian rujukan", "{kepastian}", 6.5)),
    whole=True,
)
_FORMS = Table(
    "bentuk",
    (("Kode", "{kode}", 2.0), ("Nomor dalam lampiran", "{nomor}", 3.0), ("Bentuk perbuatan", "{uraian}", 11.0)),
    whole=True,
)
WITNESSES = Table("saksi", (("No.", "{no}", 1.0), ("Nama", "{nama}", 6.0), ("Alamat", "{alamat}", 9.0)))
GOODS = Table(
    "barang",
    (("", "{huruf}.", 1.0), ("Berkas", "{berkas}", 5.0), ("Sidik SHA-256", "{sidik!m}", 10.0)),
    whole=True,
)
_WATCHER = Fields(
    (
        ("Tahapan yang diawasi", "{tahapan}"),
        ("Nama pelaksana tugas", "{petugas_nama}"),
        ("Jabatan", "{petugas_jabatan}"),
        ("Nomor surat perintah tugas", "{petugas_surat_tugas}"),
        ("Alamat", "{petugas_alamat}"),
    )
)
_WORK = Fields(
    (
        ("Bentuk", "{kegiatan_bentuk}"),
        ("Tujuan", "{kegiatan_tujuan}"),
        ("Sasaran", "{kegiatan_sasaran}"),
        ("Waktu dan tempat", "{kegiatan_waktu_tempat}"),
    )
)
_EVENT = Fields(
    (
        ("a. Peristiwa", "{peristiwa}"),
        ("b. Tempat kejadian", "{tempat_kejadian}"),
        ("c. Waktu kejadian", "{waktu_kejadian}"),
        ("d. Pelaku", "{pelaku_nama}, {pelaku_jabatan} ({pelaku_status})"),
        ("e. Alamat", "{pelaku_instansi}, {pelaku_wilayah}"),
    ),
    deep=True,
)
_PROOF = Fields(
    (
        ("a. Tangkapan layar", "terlampir, dengan sidik pada barang bukti"),
        ("b. Tautan", "{tautan}"),
        ("c. Keterangan", "{bukti_keterangan}"),
    ),
    deep=True,
)
_DISPUTE = (
    Part("1.", "Peristiwa", deep=True),
    Fields(
        (
            ("a. Peserta", "{sengketa_peserta}"),
            ("b. Tempat kejadian", "{sengketa_tempat}"),
            ("c. Waktu kejadian", "{sengketa_waktu}"),
        ),
        deep=True,
    ),
    Part("2.", "Objek sengketa", deep=True),
    Fields(
        (
            ("a. Bentuk objek", "{sengketa_bentuk}"),
            ("b. Identitas objek", "{sengketa_identitas}"),
            ("c. Hari/tanggal dikeluarkan", "{sengketa_tanggal}"),
            ("d. Kerugian langsung", "{sengketa_kerugian}"),
        ),
        deep=True,
    ),
    Part("3.", "Uraian singkat potensi sengketa", deep=True),
    Prose("{sengketa_uraian}", deep=True),
)
_ANSWER = Fields(
    (("Disampaikan", "{tanggapan_tanggal}"), ("Keterangan", "{tanggapan}"), ("Keberatan", "{keberatan}")), deep=True
)
_END: tuple[Block, ...] = (Sign(), Pictures("LAMPIRAN GAMBAR"))

FORM_A_ELECTION = Paper(
    "formulir-a-pemilu",
    "Formulir Model A (pemilu)",
    (
        Title(("FORMULIR MODEL A", "LAPORAN HASIL PENGAWASAN PEMILU", "NOMOR: {nomor_formulir}")),
        Part("I.", "Data Pengawas Pemilihan"),
        _WATCHER,
        Part("II.", "Kegiatan Pengawasan"),
        _WORK,
        Part("III.", "Uraian Singkat Hasil Pengawasan"),
        Prose("{uraian_hasil}"),
        Prose("{isi_terbaca}"),
        Part("IV.", "Informasi Dugaan Pelanggaran"),
        Part("1.", "Peristiwa", deep=True),
        _EVENT,
        Part("2.", "Saksi-saksi", deep=True),
        WITNESSES,
        Part("3.", "Alat bukti", deep=True),
        _PROOF,
        Part("4.", "Barang bukti", deep=True),
        GOODS,
        Part("5.", "Uraian singkat dugaan pelanggaran", deep=True),
        Prose("{uraian_dugaan}", deep=True),
        Part("6.", "Fakta dan keterangan", deep=True),
        Prose("{fakta_keterangan}", deep=True),
        Prose("Keterangan atau keberatan orang yang bersangkutan:", deep=True),
        _ANSWER,
        Part("7.", "Analisa", deep=True),
        Prose("{analisa}", deep=True),
        Prose("Bentuk perbuatan dan dasar hukum yang relevan:", deep=True),
        _FORMS,
        LAW,
        Part("V.", "Informasi Potensi Sengketa"),
        *_DISPUTE,
        *_END,
    ),
)

FORM_A_REGIONAL = Paper(
    "formulir-a-pilkada",
    "Formulir Model A (pilkada)",
    (
        Title(("FORMULIR MODEL A", "LAPORAN HASIL PENGAWASAN PEMILIHAN", "NOMOR: {nomor_formulir}")),
        Part("I.", "Data Pengawas Pemilihan"),
        _WATCHER,
        Part("II.", "Jenis dan Tahapan Pemilihan"),
        Fields((("Jenis pemilihan", "{jenis_pemilihan}"), ("Pemilihan", "{kontestasi}"), ("Tahapan", "{tahapan}"))),
        Part("III.", "Kegiatan Pengawasan"),
        _WORK,
        Part("IV.", "Uraian Singkat Hasil Pengawasan"),
        Prose("{uraian_hasil}"),
        Prose("{isi_terbaca}"),
        Part("V.", "Informasi Dugaan Pelanggaran"),
        Part("1.", "Peristiwa", deep=True),
        _EVENT,
        Part("2.", "Pasal yang diduga dilanggar", deep=True),
        Prose("{pasal}", deep=True),
        Prose("Bentuk perbuatan dan dasar hukum yang relevan:", deep=True),
        _FORMS,
        LAW,
        Part("3.", "Saksi-saksi", deep=True),
        WITNESSES,
        Part("4.", "Bukti", deep=True),
        _PROOF,
        GOODS,
        Part("5.", "Uraian singkat dugaan pelanggaran", deep=True),
        Prose("{uraian_dugaan}", deep=True),
        Part("6.", "Jenis dugaan pelanggaran", deep=True),
        Prose("{jenis_dugaan}", deep=True),
        Part("7.", "Fakta dan keterangan", deep=True),
        Prose("{fakta_keterangan}", deep=True),
        Prose("Keterangan atau keberatan orang yang bersangkutan:", deep=True),
        _ANSWER,
        Part("8.", "Analisa", deep=True),
        Prose("{analisa}", deep=True),
        Part("9.", "Tindak lanjut", deep=True),
        Prose("{tindak_lanjut}", deep=True),
        Part("VI.", "Informasi Potensi Sengketa"),
        *_DISPUTE,
        *_END,
    ),
)
