"""A root a day binds the province: what it signed once as a head has to lie on every chain that it shows later."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from commune_desk.domain.time.clock import SystemClock
from commune_desk.domain.words.errors import Invalid
from sync import protocol, seal
from sync.change import GENESIS, next_chain
from sync.client import errors
from sync.client.page import read_page
from sync.protocol import Malformed, RootShown, b64
from sync.roots import RootStatement, feed_leaf, path_to, proven_root, root_by_path, root_of
from sync.server.answers import roots
from sync.server.engine import tables
from tests.helpers.builders import make_person, save_all
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import COMMUNE
from tests.sync.actors.rooted_office import Office, rooted_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with rooted_office(tmp_path) as made:
        yield made


def test_one_root_a_day_and_no_more(office: Office) -> None:
    office.work()
    first = roots.make_due(office.real.province)
    assert roots.make_due(office.real.province) == first
    office.clock.pass_by(days=1)
    second = roots.make_due(office.real.province)
    assert (first.statement.n, second.statement.n) == (1, 2)
    assert second.statement.before == b64(seal.sha256(first.body))
    assert roots.of_day(office.real.province, first.statement.day) == first
    with pytest.raises(Invalid):
        roots.of_day(office.real.province, "2020-01-01")


def test_a_desk_keeps_the_newest_root_that_lies_on_its_chain(office: Office) -> None:
    office.work()
    assert office.known() is None
    made = roots.make_due(office.real.province)
    office.work()
    known = office.known()
    assert (known.n, known.scope, known.seq) == (1, COMMUNE, 2)
    assert known.digest == b64(seal.sha256(made.body))
    office.clock.pass_by(days=1)
    roots.make_due(office.real.province)
    office.desk.sync()
    assert (office.known().n, office.known().seq) == (2, 4)
    assert office.proof() is None


def test_a_rewrite_of_what_a_root_has_named_is_refused_and_the_proof_kept(office: Office) -> None:
    office.work(3)
    roots.make_due(office.real.province)
    office.work(3)
    office.rewrite(2)
    office.desk.register.write(save_all(make_person("Chìu Văn B"))).result()
    with pytest.raises(errors.SplitView):
        office.desk.sync()
    assert office.desk.register.identity.frozen == "split"
    assert office.desk.ask("SELECT count(*) FROM person") == [(7,)]
    _proves(office)
    with pytest.raises(errors.SplitView):
        office.desk.sync()
    assert office.desk.ask("SELECT count(*) FROM audit WHERE action='split_view'") == [(1,)]


def _proves(office: Office) -> None:
    """Whoever has the authority's public key sees from the two statements alone that both cannot be true."""
    proof, authority = office.proof(), office.real.province.keys.authority.public
    assert proof is not None
    root = proven_root(proof.root.shown, authority)
    assert root is not None
    assert seal.verify(authority, seal.FEED, proof.page, proof.signature)
    page = read_page(proof.page)
    assert page.header.epoch == root.epoch
    chain = protocol.unb64(root.chain)
    for event, line in page.steps:
        digest = line.digest if line else protocol.unb64(event.digest)
        chain = next_chain(chain, event.seq, digest)
    assert chain != protocol.unb64(page.trailer.cursors[COMMUNE].chain)


def test_a_root_that_names_another_chain_than_the_page_is_refused(office: Office) -> None:
    """A split view: this desk is shown another feed than the root that everybody gets was made of."""
    office.work(3)
    office.real.write(
        lambda connection: connection.execute(
            update(tables.scope).where(tables.scope.c.id == COMMUNE).values(chain=bytes(32))
        )
    )
    roots.make_due(office.real.province)
    chain = office.desk.ask("SELECT chain FROM cursor")[0][0]
    office.real.write(
        lambda connection: connection.execute(
            update(tables.scope).where(tables.scope.c.id == COMMUNE).values(chain=bytes(chain))
        )
    )
    with pytest.raises(errors.SplitView):
        office.desk.sync()
    assert office.proof() is not None


def test_without_the_root_the_rewrite_would_be_followed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: a desk that keeps no root takes the other past for a province that was put back from a backup."""
    monkeypatch.setattr(
        "tests.sync.actors.real_desks.FragileReplica.keep_root", lambda replica, root: None, raising=False
    )
    office.work(3)
    roots.make_due(office.real.province)
    office.work(3)
    office.rewrite(2)
    office.desk.sync()
    assert office.desk.register.identity.frozen == ""
    assert office.proof() is None


def test_a_past_after_the_root_is_begun_anew_also_when_it_names_a_desk_that_came_meanwhile(
    office: Office, tmp_path: Path
) -> None:
    """The page that is held against the root brings the newcomer's certificate itself: the register has none yet."""
    office.work(3)
    roots.make_due(office.real.province)
    office.work(3)
    office.rewrite(5)
    make_register(tmp_path / "newcomer.db", office.real.enrol())
    newcomer = RealDesk(tmp_path / "newcomer.db", SystemClock(), office.real.transport)
    newcomer.register.write(save_all(make_person("Chìu Thị Mới"))).result()
    newcomer.sync()
    newcomer.register.close()
    office.desk.sync()
    assert office.desk.ask("SELECT count(*) FROM person WHERE full_name='Chìu Thị Mới'") == [(1,)]
    assert office.proof() is None


def test_a_root_by_another_key_counts_for_nothing(office: Office) -> None:
    leaf = feed_leaf(COMMUNE, 0, b64(GENESIS))
    statement = RootStatement(n=9, day="2026-11-26", at="", epoch="e", leaves=1, root=b64(root_of([leaf])))
    body, key = protocol.encode(statement), seal.SigningKey.generate()
    shown = RootShown(body=b64(body), signature=b64(key.sign(seal.ROOT, body)), leaf=leaf, index=0, path=[])
    assert proven_root(shown, key.public) is not None
    assert proven_root(shown, office.real.province.keys.authority.public) is None
    moved = msgspec.structs.replace(shown, leaf=feed_leaf(COMMUNE, 1, b64(GENESIS)))
    assert proven_root(moved, key.public) is None


def test_a_root_is_append_only(office: Office) -> None:
    roots.make_due(office.real.province)
    for statement in (update(tables.root).values(day="x"), tables.root.delete()):
        with pytest.raises(Exception, match="append-only"):
            office.real.write(lambda connection, one=statement: connection.execute(one))  # type: ignore[misc]


LEAVES = st.lists(st.text(max_size=5), min_size=1, max_size=40)


@given(LEAVES, st.data())
def test_every_leaf_has_a_path_and_no_other_leaf_has_it(leaves: list[str], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = [b64(step) for step in path_to(leaves, index)]
    assert root_by_path(leaves[index], index, len(leaves), path) == root_of(leaves)
    assert root_by_path(leaves[index] + "x", index, len(leaves), path) != root_of(leaves)
    with pytest.raises(Malformed):
        root_by_path(leaves[index], index, len(leaves), [*path, b64(GENESIS)])
