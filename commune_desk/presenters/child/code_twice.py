"""What a child's page says of a case code that another child has, too, and the way out of it."""

from __future__ import annotations

from commune_desk.i18n import _
from commune_desk.presenters.child.join import JoinQuestion
from commune_desk.presenters.wording import labels
from commune_desk.store.pages.children import ChildRecord, others_with_code
from commune_desk.usecases.desk.workplace import Workplace


def code_notice(workplace: Workplace, record: ChildRecord) -> str:
    """Who else has the code, and what to do; empty for a code that is this child's alone."""
    others = workplace.read(lambda c: others_with_code(c, record.file))
    if not others:
        return ""
    today = workplace.today()
    names = (f"{one.full_name}, {labels.age_and_birth(one.birth_date, today)}" for one in others)
    return _(
        "The case code {code} is also that of {others}. What a protection notice says of one of them shows at both. "
        "Give a new code to the child whom no shelter knows by this one."
    ).format(code=record.file.case_number, others="; ".join(names))


def new_code_question(record: ChildRecord) -> JoinQuestion:
    """What is asked before the child gets another code."""
    return JoinQuestion(
        _("Give {name} a new case code?").format(name=record.person.full_name),
        _(
            "Protection notices that say {code} no longer show at this child. The former code stays in the child's "
            "history; correct it on papers that bear it."
        ).format(code=record.file.case_number),
        _("Give a new code"),
    )
