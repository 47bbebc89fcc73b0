"""What shows that somebody has worked with a child of a list, besides the list itself.

Each sign is a query about a child file `f` that finds something where it is so; `f.import_id` is the list.
"""

from __future__ import annotations

from sync.change import Verb

_SAID = "json_extract(NULLIF(CAST(c.raw AS TEXT), ''), '$.{}')"
_CHANGED = (
    "SELECT 1 FROM change c WHERE c.record={} AND COALESCE(c.import_id, '')<>f.import_id"  # noqa: S608 - own words only
    f" AND COALESCE({_SAID.format('k')}, '')<>'{Verb.RESEAL}'"
    f" AND COALESCE({_SAID.format('set.status')}, '')<>'withdrawn'"
)
"""A change that the list did not make, and that neither takes it back nor only seals again what was said before."""
_OF_CHILD = "SELECT 1 FROM {} t WHERE t.person=f.person"
_TABLES_OF_OTHERS = ("home_visit", "report", "task", "placement", "attachment")
_OWN_TABLES = ("relation", "group_membership")
WORKED_ON = (
    *(_OF_CHILD.format(table) for table in _TABLES_OF_OTHERS),
    *(_CHANGED.format(own) for own in ("f.id", "f.person", "f.household")),
    *(f"{_OF_CHILD.format(table)} AND EXISTS ({_CHANGED.format('t.id')})" for table in _OWN_TABLES),
    f"{_OF_CHILD.format('relation')} AND EXISTS ({_CHANGED.format('t.relative')})",
    "SELECT 1 FROM placement_notice n WHERE n.case_code=f.case_number",
)
