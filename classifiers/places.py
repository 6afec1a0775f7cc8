"""Capitalised words that name no contestant: places, bodies, days, faiths, services. Facts, folded.

A name found in a batch of texts (`discover`) is never one of these.
"""

from __future__ import annotations

from classifiers.lexicon import words

_PLACES = """
indonesia nusantara jawa jabar jateng jatim jakarta jkt dki jabodetabek banten sumatera sumatra sumut sumbar sumsel
sulawesi sulsel sulut sulteng sultra sulbar kalimantan kalbar kalsel kaltim kalteng kaltara papua maluku malut bali
lombok ntb ntt aceh riau kepri jambi bengkulu lampung babel bangka belitung gorontalo jogja yogyakarta yogya diy
jogjakarta bandung surabaya medan semarang solo surakarta bogor depok bekasi tangerang tangsel makassar palembang
padang pekanbaru batam pontianak banjarmasin balikpapan samarinda manado palu kendari ambon ternate jayapura sorong
merauke manokwari denpasar mataram kupang malang kediri blitar madiun jember banyuwangi sidoarjo gresik lamongan tuban
bojonegoro madura sampang pamekasan sumenep bangkalan cirebon tasikmalaya garut sukabumi cianjur karawang purwakarta
subang indramayu majalengka kuningan sumedang ciamis banjar cilegon serang tegal brebes pekalongan kendal kudus jepara
pati rembang blora grobogan demak magelang temanggung wonosobo banyumas purwokerto cilacap kebumen purworejo klaten
boyolali sragen sukoharjo wonogiri karanganyar salatiga sleman bantul kulonprogo gunungkidul ponorogo pacitan
trenggalek tulungagung nganjuk jombang mojokerto pasuruan probolinggo lumajang situbondo bondowoso binjai tebing
siantar toba nias dairi karo bukittinggi payakumbuh solok pariaman dumai siak rokan lahat metro cikarang cibubur
cikeas menteng senayan monas dubai arab saudi mekah madinah mesir turki palestina israel gaza amerika usa inggris
belanda jerman prancis rusia ukraina china cina tiongkok tionghoa jepang korea malaysia singapura thailand vietnam
filipina india australia asean eropa asia afrika timur barat utara selatan tenggara tengah
"""
_BODIES = """
kpu kpud kpps ppk pps bawaslu panwaslu panwas dkpp mk ma kpk polri polda polres polsek kapolri kapolda kapolres brimob
tni tniad korem kodim koramil babinsa bhabinkamtibmas kamtibmas dpr dprd dpd mpr dprri ri nkri uud pancasila asn pns
pppk kemendagri kemenkeu kemenkes kemenag kemendikbud kementerian menteri bps bmkg bnpb basarnas pln pdam pertamina
bpjs bumn bumd ojk kominfo satpol pp setda sekda bappeda dinas dpp dpw dpc dpd lsi lsm bem nu muhammadiyah mui pgi fpi
gp ansor banser umno who pbb wni wna tki ikn bbm sim ktp sma smp smk sd tk uin itb ugm umm unair undip ipb kompas
tempo detik detikcom republika tribun antara cnn kumparan liputan okezone sindonews merdeka viva narasi tvone metrotv
rcti sctv trans tvri net
"""
_DAYS = """
januari februari maret april mei juni juli agustus september oktober november desember jan feb mar apr jun jul agu sep
okt nov des senin selasa rabu kamis jumat jum sabtu minggu ahad wib wita wit ramadan ramadhan idul fitri lebaran natal
nyepi imlek waisak
"""
_FAITHS = """
allah tuhan nabi muhammad rasul rasulullah saw swt islam kristen katolik hindu buddha budha konghucu quran alquran
injil alhamdulillah bismillah bismillahirrahmanirrahim subhanallah masyaallah astagfirullah wallahi innalillahi
assalamualaikum wassalamualaikum yesus gereja masjid
"""
_SERVICES = """
twitter facebook instagram tiktok youtube whatsapp telegram threads google gmail android iphone samsung xiaomi oppo
vivo shopee tokopedia lazada gojek grab netflix spotify url http https www com via video foto live breaking news
update info rt user username admin min gus pak bang kang mas mbak haji hajah kiai kyai habib ustaz ustad ustadz prof
doktor jenderal jendral letjen mayjen brigjen kolonel letkol kapten ketua ketum sekjen sekretaris bendahara anggota
umum pemilihan pemungutan penghitungan komisi lembaga provinsi kabupaten kota kecamatan kelurahan desa republik undang
negara bangsa komunitas pertahanan keamanan ekonomi pendidikan kesehatan
"""
NOT_NAMES = frozenset(words(_PLACES) + words(_BODIES) + words(_DAYS) + words(_FAITHS) + words(_SERVICES))
