from __future__ import annotations

from pathlib import Path

import pytest
from argon2 import PasswordHasher

from monitor.errors import NotAllowedError
from monitor.models import Role
from monitor.store import Store
from monitor.store.connection import Connection
from tests.fakes import FakeClock
from tests.fakes_store import CHEAP, PASSWORD, add_user, open_store


def test_a_user_logs_in_with_name_in_any_case(store: Store) -> None:
    made = store.users.create(" Ani.Contoh ", "Ani Contoh", PASSWORD, [Role.MONITOR, Role.ADMIN], ["Kabupaten Contoh"])
    assert made.username == "ani.contoh"
    assert (made.roles, made.regions, made.active) == (
        {Role.MONITOR, Role.ADMIN},
        {"Kabupaten Contoh"},
        True,
    )
    assert store.users.verify("ANI.contoh", PASSWORD) == store.users.get(made.user_id) == made
    assert store.users.verify("ani.contoh", PASSWORD + "x") is None
    assert store.users.verify("tidak.ada", PASSWORD) is None
    assert store.users.list() == [made]
    assert store.users.get(9) is None
    assert store.users.by_name("Ani.Contoh") == made
    assert store.users.by_name("tidak.ada") is None


class CountingHasher(PasswordHasher):
    """Counts the work, so that an unknown name can be seen to cost the same."""

    verified = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002 -- the library's own name
        self.verified += 1
        return super().verify(hash, password)


def test_an_unknown_name_costs_the_same_work(tmp_path: Path) -> None:
    hasher = CountingHasher(time_cost=1, memory_cost=8, parallelism=1)
    with Store.open(tmp_path / "netra.db", FakeClock(), hasher) as store:
        add_user(store)
        for name in ("pemantau", "tidak.ada", "", "\ud800"):
            before = hasher.verified
            assert store.users.verify(name, "salah sekali") is None
            assert hasher.verified == before + 1


def test_a_cheaper_hash_is_renewed_at_login(store: Store, tmp_path: Path) -> None:
    add_user(store)
    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    sql = "SELECT password_hash FROM users"
    before = store._connection.db.execute(sql).fetchone()[0]
    assert before.startswith("$argon2id$")
    with Store.open(tmp_path / "netra.db", FakeClock(), stronger) as other:
        assert other.users.verify("pemantau", PASSWORD) is not None
        after = other._connection.db.execute(sql).fetchone()[0]
        assert "m=16,t=2" in after
        assert other.users.verify("pemantau", PASSWORD) is not None
        assert other._connection.db.execute(sql).fetchone()[0] == after
        assert other.audit.verify().ok


@pytest.mark.parametrize(
    ("name", "password", "roles", "advice"),
    [
        ("ani", "pendek", [Role.MONITOR], "paling sedikit 10"),
        ("ani", "x" * 1001, [Role.MONITOR], "terlalu panjang"),
        ("a b", PASSWORD, [Role.MONITOR], "huruf kecil"),
        ("", PASSWORD, [Role.MONITOR], "huruf kecil"),
        ("ani", PASSWORD, [], "satu peran"),
        ("pemantau", PASSWORD, [Role.MONITOR], "sudah ada"),
    ],
)
def test_what_is_refused(store: Store, name: str, password: str, roles: list[Role], advice: str) -> None:
    add_user(store)
    with pytest.raises(NotAllowedError, match=advice):
        store.users.create(name, "Ani", password, roles)
    assert len(store.users.list()) == 1


def test_every_change_is_audited_and_no_hash_is_shown(store: Store) -> None:
    boss = add_user(store, "koordinator", roles=[Role.COORDINATOR])
    user = add_user(store, by=boss.user_id)
    store.users.set_password(user.user_id, "sandi baru sekali", by=boss.user_id)
    store.users.set_roles(user.user_id, [Role.AUDITOR], ["Kabupaten Misal"], by=boss.user_id)
    store.users.set_roles(user.user_id, [Role.AUDITOR, Role.MONITOR])
    store.users.deactivate(user.user_id, by=boss.user_id)
    entries = store.audit.entries(after_seq=2)
    assert [one.action for one in entries] == [
        "pengguna_dibuat", "sandi_diubah", "peran_diubah", "peran_diubah", "pengguna_dinonaktifkan",
    ]  # fmt: skip
    assert {one.user_id for one in entries} == {boss.user_id, None}
    assert not any("argon2" in one.payload for one in entries)
    held = store.users.get(user.user_id)
    assert (held.roles, held.regions, held.active) == ({Role.AUDITOR, Role.MONITOR}, {"Kabupaten Misal"}, False)
    assert store.users.verify("pemantau", "sandi baru sekali") is None
    assert store.audit.verify().ok
    with pytest.raises(NotAllowedError, match="tidak ada"):
        store.users.deactivate(99)
    with pytest.raises(NotAllowedError, match="terlalu pendek"):
        store.users.set_password(user.user_id, "pendek")


def test_the_default_cost_is_the_recommended_one(tmp_path: Path) -> None:
    connection = Connection(tmp_path / "netra.db")
    try:
        assert Store(connection, FakeClock()).users._hasher.memory_cost >= 19_456
    finally:
        connection.close()
    with open_store(tmp_path) as store:
        assert store.users._hasher is CHEAP
