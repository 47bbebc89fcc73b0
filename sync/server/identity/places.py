"""Places as a person names them on the command line: a commune must exist, or its report would reach nobody."""

from __future__ import annotations

from commune_desk.domain.model.codes import Commune
from commune_desk.domain.model.ids import commune_scope, is_commune_scope, is_scope
from commune_desk.domain.time.clock import SystemClock, local_day
from commune_desk.domain.words.errors import Invalid
from commune_desk.domain.words.labels import N_
from commune_desk.program_files import code_book

NO_PLACE = N_('"{scope}" is no place. Write C:06838 for a commune, S:AD01 for a shelter.')


def checked_scope(text: str) -> str:
    """The scope of `C:06838`, `06838`, an old code of a commune, or `S:AD01`. Raises Invalid for no such place."""
    scope = commune_scope(text) if text.isdigit() else text
    if not is_scope(scope):
        raise Invalid(NO_PLACE, scope=text)
    if not is_commune_scope(scope):
        return scope
    commune = _commune(scope)
    if commune is None:
        raise Invalid(N_("There is no commune {code} in this province. Nothing was done."), code=scope[2:])
    return commune_scope(commune.code)


def place_name(scope: str) -> str:
    """The commune's name, or the scope itself for places whose names the program does not bring along."""
    commune = _commune(scope) if is_commune_scope(scope) else None
    return commune.name_vi if commune else scope


def _commune(scope: str) -> Commune | None:
    return code_book().commune(scope[2:], local_day(SystemClock().now()))
