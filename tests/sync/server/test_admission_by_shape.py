"""What most changes are like is asked by their shape, at once: admission says the same as when it asks one by one."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commune_desk.domain.model.access import Role
from commune_desk.domain.records.kinds import KINDS, SCHEMA_VERSION
from sync.change import MAX_LINE, Change, Verb, Wire, write
from sync.server.intake import admission
from sync.server.intake.admission import Admission
from tests.helpers.examples import examples

_ID = "0197f0c0" + "ab" * 12
_DESK = "7ZK2MQ"
_GRANTS: Mapping[str, Role] = {"C:07213": Role.COMMUNE_OFFICER, "S:SUN": Role.SHELTER_WORKER}
_NAMES = sorted({name for kind in KINDS.values() for name in kind.fields})

ids = st.sampled_from([_ID, _ID, _ID, "", _ID.upper(), _ID[:-1], "\u0660" * 32])
texts = st.sampled_from(["", "kinh", "2026-11-27", "2026-13-41", _ID, "Bàn Thị Mùi", "e\u0301", "\x00", "x" * 9000])
values: st.SearchStrategy[Wire] = st.one_of(
    st.none(), st.booleans(), st.integers(-(1 << 52), 1 << 52), texts, st.lists(st.sampled_from(["+hearing", "x", ""]))
)


@st.composite
def _changes(draw: st.DrawFn) -> Change:
    """Of any kind, mostly plain and mostly in order; anything about one may be wrong."""
    kind = draw(st.sampled_from([*KINDS, "unheard_of"]))
    declared = list(KINDS[kind].fields) if kind in KINDS else []
    names = st.sampled_from([*declared, *declared, *_NAMES, "joined_to", "Name", "name_of_later"])
    return Change(
        v=draw(st.sampled_from([1, 1, 1, 2])),
        id=draw(ids),
        desk=draw(st.sampled_from([_DESK, _DESK, _DESK, "7ZK2MR"])),
        n=draw(st.sampled_from([1, 1, 1, 2])),
        officer=draw(ids),
        stamp=draw(st.sampled_from([0, 1 << 50, (1 << 53) - 1, -1])),
        schema=draw(st.sampled_from([SCHEMA_VERSION, 1, SCHEMA_VERSION + 1, 0, -1])),
        group=draw(st.sampled_from(["", _ID, "x"])),
        scope=draw(st.sampled_from(["C:07213", "C:07213", "S:SUN", "C:99999", "P:22", "x"])),
        kind=kind,
        record=draw(ids),
        verb=draw(st.sampled_from([Verb.SET.value] * 5 + [*(verb.value for verb in Verb), "later"])),
        data=draw(st.sampled_from([0, 1, 0, 1, 2, 3, 4, -1])),
        base=draw(st.one_of(st.just({}), st.dictionaries(names, ids, max_size=1))),
        set=draw(st.dictionaries(names, values, max_size=3)),
        seal=draw(st.one_of(st.just({}), st.just({}), st.dictionaries(names, texts, max_size=1))),
        to=draw(st.sampled_from(["", "", "", "C:07213"])),
    )


def _said(change: Change) -> str | None:
    return Admission().fault(write(change), n=1, public=b"", desk=_DESK, grants=_GRANTS)


def _said_one_by_one(change: Change) -> str | None:
    with pytest.MonkeyPatch.context() as asked:
        asked.setattr(admission, "_is_plain", lambda change, entry: False)
        return _said(change)


@settings(max_examples=examples(500))
@given(change=_changes())
def test_asked_by_its_shape_it_is_told_the_same(change: Change) -> None:
    assert _said(change) == _said_one_by_one(change)


def _plain(**others: object) -> Change:
    usual: dict[str, object] = {
        "id": _ID,
        "desk": _DESK,
        "n": 1,
        "officer": _ID,
        "stamp": 1,
        "schema": SCHEMA_VERSION,
        "scope": "C:07213",
        "kind": "person",
        "record": _ID,
        "data": 1,
        "set": {"full_name": "Bàn Thị Mùi"},
    }
    return Change(**(usual | others))  # type: ignore[arg-type]


WRONG = (
    (_plain(), None),
    (_plain(id="x"), "form"),
    (_plain(schema=0), "form"),
    (_plain(data=0), "class"),
    (_plain(data=9), "form"),
    (_plain(kind="unheard_of"), "kind"),
    (_plain(scope="x"), "scope"),
    (_plain(scope="C:99999"), "grant"),
    (_plain(set={"full_name": 7}), "value"),
    (_plain(set={}), "form"),
    (_plain(set={"name_of_later": 7}), "field"),
    (_plain(set={"joined_to": _ID}), "form"),
    (_plain(base={"full_name": _ID}), None),
    (_plain(base={"full_name": None}), None),
    (_plain(base={"full_name": "x"}), "form"),
    (_plain(base={"phone": _ID}), "form"),
)


@pytest.mark.parametrize(("change", "code"), WRONG)
def test_what_is_wrong_with_a_plain_change_is_told(change: Change, code: str | None) -> None:
    assert (_said(change), _said_one_by_one(change)) == (code, code)


def test_asked_for_its_names_alone_a_field_of_another_class_would_be_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(
        admission, "_plain_checks", lambda kind, schema, data, names: (lambda value: None,) * len(names)
    )
    wrong = _plain(data=0)
    assert (_said(wrong), _said_one_by_one(wrong)) == (None, "class")


def _of_many_names(one: int) -> Change:
    """As large as a line may be."""
    return _plain(set={f"name_{one}_{place}": 0 for place in range(3000)})


def test_of_names_that_nobody_declared_the_door_keeps_nothing() -> None:
    """A desk with keys of its own may think of a thousand such shapes, and the server runs for months."""
    assert len(write(_of_many_names(1)).encode()) < MAX_LINE
    admission._plain_checks.cache_clear()
    for one in range(40):
        assert _said(_of_many_names(one)) == "form"
    assert _said(_plain(set={"x" * 30_000: 0})) == "form"
    assert admission._plain_checks.cache_info().currsize == 0


def test_asked_by_whatever_names_it_has_it_would_keep_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(admission, "_is_plain", lambda change, entry: True)
    admission._plain_checks.cache_clear()
    for one in range(40):
        assert _said(_of_many_names(one)) == "form"
    assert admission._plain_checks.cache_info().currsize == 40
    admission._plain_checks.cache_clear()
