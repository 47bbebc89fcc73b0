"""What Today says of a PC's clock that is wrong: the hours that it shows there are counted by it."""

from __future__ import annotations

from commune_desk.i18n import _
from commune_desk.presenters.frame.cards import Row, Section
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.sync.page import clock_line
from commune_desk.store.pages.sync_status import clock_of
from commune_desk.usecases.desk.workplace import Workplace


def clock_section(workplace: Workplace) -> tuple[Section, ...]:
    """A card on Today; none where the clock is right, as far as the province has said anything of it."""
    clock = workplace.read(clock_of)
    is_anothers = workplace.register.identity.frozen == "restored"  # it was found on the PC that the backup is of
    if is_anothers or not clock.is_off:
        return ()
    line = clock_line(clock)
    row = Row("pc_clock", line.text, second=line.detail, button=_("Look"), route=Route("sync"))
    return (Section("pc_clock", _("This PC's clock"), "clock", (row,)),)
