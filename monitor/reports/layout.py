"""Every paper of a case: what stands where, told once; Word and PDF templates are drawn from it."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.reports.blocks import Each, Fields, Head, Note, Paper, Part, Prose, Sign, Table, Title
from monitor.reports.form_a import FORM_A_ELECTION, FORM_A_REGIONAL, GOODS, LAW, WITNESSES

FINDING = Paper(
    "temuan-b2",
    "Rancangan Formulir B.2 (temuan)",
    (
        Title(("RANCANGAN", "FORMULIR MODEL B.2", "TEMUAN", "NOMOR: {nomor_temuan}")),
        Part("I.", "Pengawas yang Menemukan"),
        Fields(
            (
                ("Nama", "{petugas_nama}"),
                ("Jabatan", "{petugas_jabatan}"),
                ("Nomor surat perintah tugas", "{petugas_surat_tugas}"),
                ("Alamat", "{petugas_alamat}"),
            )
        ),
        Part("II.", "Waktu"),
        Fields(
            (
                ("Hari/tanggal kejadian", "{waktu_kejadian}"),
                ("Hari/tanggal diketahui", "{diketahui}"),
                ("Batas waktu temuan", "{batas_temuan}"),
                ("Rapat pleno", "nomor {pleno_nomor}, tanggal {pleno_tanggal}"),
            )
        ),
        Part("III.", "Terlapor"),
        Fields(
            (
                ("Nama", "{pelaku_nama}"),
                ("Jabatan dan status", "{pelaku_jabatan} ({pelaku_status})"),
                ("Alamat", "{pelaku_instansi}, {pelaku_wilayah}"),
            )
        ),
        Part("IV.", "Peristiwa"),
        Fields((("Peristiwa", "{peristiwa}"), ("Tempat kejadian", "{tempat_kejadian}"))),
        Prose("{isi_terbaca}"),
        Part("V.", "Saksi-saksi"),
        WITNESSES,
        Part("VI.", "Bukti"),
        GOODS,
        Part("VII.", "Uraian Singkat Kejadian"),
        Prose("{uraian_dugaan}"),
        Part("VIII.", "Dasar Hukum yang Relevan"),
        LAW,
        Sign(),
        Note("Rancangan ini belum menjadi temuan sebelum ditetapkan dalam rapat pleno."),
    ),
)

LETTER = Paper(
    "surat-pengantar",
    "Surat pengantar",
    (
        Head(),
        Fields(
            (
                ("Nomor", "{nomor_surat}"),
                ("Lampiran", "1 (satu) berkas"),
                ("Hal", "{surat_hal}"),
            )
        ),
        Prose("Kepada Yth.\n{penerima_nama}"),
        Each("penerima_alamat", "{baris}"),
        Prose("Dengan hormat,"),
        Prose(
            "Berdasarkan rapat pleno {kantor} nomor {pleno_nomor} tanggal {pleno_tanggal}, hasil pengawasan atas "
            "perbuatan berikut diteruskan kepada Saudara:"
        ),
        Fields(
            (
                ("Nama", "{pelaku_nama}"),
                ("NIP", "diisi tangan oleh petugas"),
                ("Jabatan dan status", "{pelaku_jabatan} ({pelaku_status})"),
                ("Instansi", "{pelaku_instansi}, {pelaku_wilayah}"),
                ("Perbuatan", "{peristiwa}"),
                ("Tautan", "{tautan}"),
                ("Formulir Model A", "nomor {nomor_formulir}"),
            )
        ),
        Prose("{surat_isi}"),
        Prose(
            "Berkas terlampir memuat Formulir Model A, daftar bukti dengan sidik SHA-256 setiap berkas, keterangan "
            "cara kerja, dan berkas bukti yang dapat diperiksa keutuhannya dengan alat umum."
        ),
        Prose("Demikian disampaikan. Atas perhatian Saudara kami ucapkan terima kasih."),
        Sign(),
    ),
)

EVIDENCE = Paper(
    "daftar-bukti",
    "Daftar bukti",
    (
        Title(("DAFTAR BUKTI", "TANDA NOMOR {tanda}")),
        Fields(
            (
                ("Kantor", "{kantor}"),
                ("Orang", "{pelaku_nama}, {pelaku_instansi}"),
                ("Akun", "{akun} di {platform}"),
                ("Perbuatan", "{peristiwa}"),
                ("Waktu kejadian", "{waktu_kejadian}"),
                ("Tertulis di sumber", "{waktu_tertulis}"),
                ("Direkam", "{waktu_direkam}"),
                ("Tautan", "{tautan}"),
                ("Jumlah bukti", "{bukti_jumlah}"),
            )
        ),
        Part("A.", "Bukti dan Sidiknya"),
        Table(
            "bukti",
            (
                ("No.", "{no}", 1.0),
                ("Jenis", "{jenis}\n{keterangan}", 4.2),
                (
                    "Rincian",
                    "SHA-256\n{sidik!m}\nTautan: {tautan}\nWaktu: {waktu}\nUkuran: {ukuran}",
                    10.8,
                ),
            ),
            whole=True,
        ),
        Part("B.", "Versi yang Direkam"),
        Table(
            "versi",
            (
                ("Versi", "{no}", 1.4),
                ("Direkam", "{waktu}", 4.2),
                ("Sidik isi dan sidik jawaban mentah", "{sidik!m}\n{bukti!m}", 10.4),
            ),
        ),
        Part("C.", "Isi yang Direkam"),
        Fields((("Judul", "{judul_unggahan}"), ("Isi", "{isi_unggahan}"))),
        Part("D.", "Unggahan yang Ditanggapi"),
        Fields(
            (
                ("Pemilik", "{pemilik_induk} ({hubungan})"),
                ("Tautan", "{tautan_induk}"),
                ("Isi", "{isi_induk}"),
            )
        ),
        Note(
            "Sidik dihitung dengan SHA-256. Berkas yang sama menghasilkan sidik yang sama; satu huruf berubah, "
            "sidiknya lain. Cara memeriksanya ada di CARA-MEMERIKSA.txt dalam berkas bukti."
        ),
    ),
)

METHOD = Paper(
    "cara-kerja",
    "Keterangan cara kerja",
    (
        Title(("KETERANGAN CARA KERJA", "TANDA NOMOR {tanda}")),
        Part("1.", "Mesin hanya alat bantu"),
        Prose(
            "Netra adalah alat bantu. Ia mengumpulkan unggahan yang terbuka untuk umum dari akun yang dikenal, "
            "mencocokkan kata-katanya dengan aturan tertulis, dan menaruh yang mungkin memihak di depan petugas. "
            "Netra tidak menilai orang, tidak memutuskan, dan tidak menghubungi siapa pun. Setiap keputusan dalam "
            "berkas ini diambil oleh orang yang namanya tercantum di bagian 5."
        ),
        Part("2.", "Dari mana perbuatan ini diketahui"),
        Fields(
            (
                ("Akun", "{akun}, id {akun_id}, di {platform}"),
                ("Keyakinan atas akun", "{akun_keyakinan}"),
                ("Dasar keyakinan", "{akun_dasar}"),
                ("Perbuatan", "{jenis_perbuatan}"),
                ("Dasar tanda", "{dasar_tanda}"),
                ("Waktu kejadian", "{waktu_kejadian}"),
                ("Tahapan saat itu", "{tahapan_kejadian} ({tahapan_kepastian})"),
                ("Direkam", "{waktu_direkam}"),
                ("Sidik jawaban mentah", "{bukti_sidik!m}"),
                ("Jumlah versi", "{versi_jumlah}"),
            )
        ),
        Part("3.", "Aturan yang bekerja"),
        Table(
            "aturan",
            (
                ("Aturan", "{judul}\n{kode}", 6.0),
                ("Kata yang ditemukan", "{kata}", 4.4),
                ("Sidik aturan", "{sidik!m}", 5.6),
            ),
        ),
        Part("4.", "Alat dan versinya"),
        Table("alat", (("Alat", "{nama}", 6.0), ("Versi atau sidik", "{nilai!m}", 10.0))),
        Prose("{keterangan_model}"),
        Part("5.", "Siapa yang memutuskan"),
        Table(
            "keputusan",
            (
                ("Waktu", "{waktu}", 4.0),
                ("Petugas", "{siapa}", 3.4),
                ("Keputusan", "{keputusan}\nAlasan: {alasan}", 4.4),
                ("Catatan", "{catatan}", 4.2),
            ),
        ),
        Fields((("Rapat pleno", "nomor {pleno_nomor}, tanggal {pleno_tanggal}"), ("Keadaan sekarang", "{keadaan}"))),
        Part("6.", "Yang tidak dibuktikan alat ini"),
        Prose(
            "Rekaman membuktikan apa yang terlihat dari alamat itu pada waktu itu, bukan siapa yang memegang "
            "akunnya. Aturan menemukan sebagian saja dari yang memihak, dan yang ditemukannya tidak selalu memihak. "
            "Karena itu setiap tanda dibaca orang, dalam konteksnya, sebelum diteruskan."
        ),
    ),
)

PAPERS: Mapping[str, Paper] = {
    one.name: one for one in (FORM_A_ELECTION, FORM_A_REGIONAL, FINDING, LETTER, EVIDENCE, METHOD)
}
