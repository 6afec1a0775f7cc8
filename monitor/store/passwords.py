"""What a password has to be: long, not a word that everybody tries first, not the name of its owner."""

from __future__ import annotations

from monitor.errors import NotAllowedError

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1000
_FEWEST_LETTERS = 5
# What is left of a password without digits and signs, as Indonesian and English lists of leaked ones begin.
_WORDS = """
admin administrator adminadmin aku akucinta akucintakamu alhamdulillah anjing allahuakbar asdfasdf asdfghjkl bandung
bawaslu bawaslujaya bawaslukabupaten bawaslukota bawasluri bismillah bismillahirrahmanirrahim changeme cinta cintaku
default demokrasi garuda gantipassword guest hallo indonesia indonesiaku indonesiaraya iloveyou jakarta jakartaku
katakunci katasandi katasandiku kamu kpu letmein merdeka monyet netra netralitas pancasila password passwordku passw
passwort pemilu pemiluku pilkada pilpres qazwsx qazwsxedc qwerty qwertyui qwertyuiop rahasia rahasiaku rahasianegara
root sandi sandiku sandirahasia sayang sayangku sayangkamu secret semangat semarang surabaya terserah test testing user
welcome zxcvbnm
"""
_COMMON = frozenset(_WORDS.split())
_ROWS = ("01234567890123456789", "98765432109876543210", "qwertyuiopasdfghjklzxcvbnm", "abcdefghijklmnopqrstuvwxyz")


def strong(password: str, username: str = "") -> str:
    """Give a password back that may be used.

    Raises:
        NotAllowedError: too short, too long, too common, of few different letters, a row of keys, or the user's name.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise NotAllowedError(
            f"sandi terlalu pendek — pakai paling sedikit {SHORTEST_PASSWORD} karakter, misalnya empat kata acak"
        )
    if len(password) > LONGEST_PASSWORD:
        raise NotAllowedError(f"sandi terlalu panjang — paling banyak {LONGEST_PASSWORD} karakter")
    folded = password.casefold()
    letters = "".join(one for one in folded if one.isalpha())
    bare = "".join(one for one in folded if one.isalnum())
    if username and _same(username, folded, letters, bare):
        raise NotAllowedError("sandi sama dengan nama pengguna — pakai empat kata acak yang tidak ada hubungannya")
    if letters in _COMMON or (bare and any(bare in row for row in _ROWS)):
        raise NotAllowedError("sandi termasuk yang paling dahulu ditebak orang — pakai empat kata acak")
    if len(set(folded)) < _FEWEST_LETTERS:
        raise NotAllowedError("sandi hanya memakai sedikit huruf yang berulang — pakai empat kata acak")
    return password


def _same(username: str, *forms: str) -> bool:
    name = username.casefold()
    bare = "".join(one for one in name if one.isalpha())
    return name in forms or (bool(bare) and bare in forms) or forms[0] in {name * 2, name[::-1]}
