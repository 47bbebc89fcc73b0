"""Short texts that several pages share: ages, groups, risk, villages, phones, days."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from commune_desk.domain.entered.people import format_phone
from commune_desk.domain.model.access import ROLE_LABELS
from commune_desk.domain.model.checks import Shape
from commune_desk.domain.model.codes import ChildGroup, CodeBook
from commune_desk.domain.model.record import Field, Value
from commune_desk.domain.records.children import RISK_LEVELS
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.records.placements import PAPERS
from commune_desk.domain.time.clock import from_iso, local_day
from commune_desk.domain.time.dates import ABOUT_YEAR, PartialDate, age_on
from commune_desk.domain.vietnamese.text import fold, tidy
from commune_desk.domain.words.labels import N_
from commune_desk.i18n import _, format_date, format_instant, format_time, language, ngettext
from commune_desk.store.pages.visits import ChildBrief

GROUPS = "child_groups"
RESTRICTED = N_("Restricted information")
_VILLAGE_WORD = re.compile(r"(?i)(thôn|bản|khu phố|khu|tổ|xóm|làng|ấp)\b")

RISK_NAMES = {"low": N_("Low"), "medium": N_("Medium"), "high": N_("High")}
_RISK_CHIPS = {"low": N_("Low risk"), "medium": N_("Medium risk"), "high": N_("High risk")}
_RISK_TONES = {"low": "good", "medium": "warning", "high": "danger"}

WHERE_HELD = {
    "move": N_("Moved between communes"),
    "share": N_("Record shared with another place"),
    "unshare": N_("Record no longer shared"),
}
"""What a change says that tells where a record is held."""
_STAY_STEPS = {"staying": N_("in the house"), "out": N_("gone out"), "ended": N_("ended")}
STEP_NAMES: dict[str, dict[str, str]] = {
    "child_file": {
        "active": N_("In the register"),
        "moved_away": N_("Moved out of the province"),
        "came_of_age": N_("Turned 16"),
        "died": N_("Died"),
        "closed": N_("File closed"),
        "withdrawn": N_("Taken back with its list"),
    },
    "report": {
        "waiting": N_("not taken up"),
        "acknowledged": N_("being handled"),
        "acted": N_("measures taken"),
        "closed": N_("finished"),
    },
    "bed": {"open": N_("in use"), "closed": N_("out of use")},
    "placement": _STAY_STEPS,
    "placement_notice": _STAY_STEPS,
    "task": {"open": N_("to be done"), "done": N_("done"), "dropped": N_("dropped")},
}
"""The state of a record by its kind."""
_NAMES_WITHOUT_LIST = {**RISK_NAMES, **PAPERS, **{role.value: name for role, name in ROLE_LABELS.items()}}


Option = tuple[str, str]
"""A code and what it is called."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the details: what it is called and what it is."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class ChipText:
    """A chip to show; `tone` is a name of `ui.theme.Tone`. The words say what the tone says."""

    text: str
    tone: str = "note"
    icon: str = ""


def code_text(codes: CodeBook, list_name: str, code: str | None) -> str:
    """What a code is called in the language of the screen; the code itself when the list does not know it."""
    return codes.label(list_name, code, language()) if code else ""


def place_name(codes: CodeBook, scope: str) -> str:
    """What a scope is called: the commune with its kind, a shelter without telling which or where."""
    kind, _colon, code = scope.partition(":")
    return code_text(codes, "communes", code) if kind == "C" else _("Sunshine House")


def birth_of(stored: str | None) -> PartialDate | None:
    """A stored birth date, or None when there is none or it is damaged."""
    try:
        return PartialDate.stored(stored) if stored else None
    except ValueError:
        return None


def birth_text(stored: str | None) -> str:
    """`03/02/2012`, `02/2012`, `2012` or `about 2012`; empty when not known."""
    birth = birth_of(stored)
    return birth.display(_(ABOUT_YEAR)) if birth else ""


def age_text(stored: str | None, on: date) -> str:
    """`aged 14`, `aged 13–14` when the day is not known, `aged under 1`; empty when nothing is known."""
    birth = birth_of(stored)
    if birth is None:
        return ""
    low, high = age_on(birth, on)
    if high == 0:
        return _("aged under 1")
    if low != high:
        return _("aged {low}–{high}").format(low=low, high=high)
    return _("aged {count}").format(count=high)


def age_and_birth(stored: str | None, on: date) -> str:
    """`aged 14 (03/02/2012)`."""
    age, birth = age_text(stored, on), birth_text(stored)
    return f"{age} ({birth})" if age else _("birth date not known")


def sex_text(codes: CodeBook, sex: str | None) -> str:
    """`female`, in lower case as inside a line; empty when not known."""
    return code_text(codes, "sexes", sex).lower() if sex and sex != "unknown" else ""


def child_line(child: ChildBrief | None, today: date) -> str:
    """Whose form it is: name, age, village; empty for nobody."""
    return joined(child.name, age_text(child.birth_date, today), village_text(child.village)) if child else ""


def village_text(village: str | None) -> str:
    """A village as it stands inside a line: its kind in lower case (`thôn Khe Lạc`), its name as written."""
    text = tidy(village or "")
    kind = _VILLAGE_WORD.match(text)
    return kind[0].lower() + text[kind.end() :] if kind else text


def phone_text(phone: str | None) -> str:
    """`0912 345 678`, as it is read out; what is no phone number is shown as it stands."""
    return format_phone(phone) if phone and phone.isdigit() else phone or ""


def group_name(codes: CodeBook, code: str) -> str:
    """A group's full name, its main group before it when it is a sub-group."""
    own = code_text(codes, GROUPS, code)
    main = code.partition(".")[0]
    return own if main == code else f"{code_text(codes, GROUPS, main)}: {own[:1].lower()}{own[1:]}"


def group_short(codes: CodeBook, code: str) -> str:
    """A main group in a few words: "Khuyết tật" for "Trẻ em khuyết tật". A restricted group is not named in lists."""
    entry = codes.entry(GROUPS, code.partition(".")[0])
    if isinstance(entry, ChildGroup) and entry.is_restricted:
        return _(RESTRICTED)
    return group_tick(codes, code)


def group_tick(codes: CodeBook, code: str) -> str:
    """A main group in a few words, restricted or not: for forms, where it must be known what is ticked."""
    main = code.partition(".")[0]
    entry = codes.entry(GROUPS, main)
    short = (entry.short_vi if language() == "vi" else entry.short_en) if isinstance(entry, ChildGroup) else ""
    return short or code_text(codes, GROUPS, main)


def group_chips(codes: CodeBook, group_codes: Iterable[str], *, limit: int = 0) -> tuple[ChipText, ...]:
    """One chip for each main group, special circumstances first; with `limit`, the rest as `+2`."""
    mains = sorted({code.partition(".")[0] for code in group_codes})
    texts = list(dict.fromkeys(group_short(codes, code) for code in mains))
    shown = texts[:limit] if limit and len(texts) > limit else texts
    chips = [ChipText(text, "quiet", "lock") if text == _(RESTRICTED) else ChipText(text) for text in shown]
    if len(shown) < len(texts):
        chips.append(ChipText(f"+{len(texts) - len(shown)}", "quiet"))
    return tuple(chips)


def risk_chip(level: str | None) -> ChipText | None:
    """`High risk` with its tone; the highest also with a sign. None while no visit has told a level."""
    if level not in _RISK_CHIPS:
        return None
    return ChipText(_(_RISK_CHIPS[level]), _RISK_TONES[level], "alert-triangle" if level == "high" else "")


def risk_short_chip(level: str | None, rest: str = "") -> ChipText | None:
    """`High · 2 days overdue`, for rows in which the column or the page already says what it is of."""
    if level not in RISK_NAMES:
        return None
    text = " · ".join(filter(None, (_(RISK_NAMES[level]), rest)))
    return ChipText(text, _RISK_TONES[level], "alert-triangle" if level == "high" else "")


def risk_level_of(rank: int) -> str | None:
    """The level of `child_index.risk`: 0 none, 1 low, 2 medium, 3 high."""
    return RISK_LEVELS[rank - 1] if 0 < rank <= len(RISK_LEVELS) else None


def day_text(iso: str | None) -> str:
    """`23/11/2026` of a stored day; empty for none."""
    return format_date(date.fromisoformat(iso)) if iso else ""


def near_day_text(iso: str | None, today: date) -> str:
    """`today`, `yesterday`, `18/11` in this year, `02/03/2024` otherwise."""
    if not iso:
        return ""
    day = date.fromisoformat(iso)
    if (today - day).days in (0, 1):
        return _("today") if day == today else _("yesterday")
    return f"{day.day:02d}/{day.month:02d}" if day.year == today.year else format_date(day)


def near_instant_text(at: str, today: date) -> str:
    """`14:05 today`, `14:05 18/11` of a stored instant: the hour first, as Viet Nam writes it."""
    instant = from_iso(at)
    return f"{format_time(instant)} {near_day_text(local_day(instant).isoformat(), today)}"


def overdue_text(next_visit_on: str | None, today: date) -> str:
    """`2 days overdue` of a visit that should have been; empty otherwise."""
    late = (today - date.fromisoformat(next_visit_on)).days if next_visit_on else 0
    return ngettext("{count} day overdue", "{count} days overdue", late).format(count=late) if late > 0 else ""


def field_label(kind: str, name: str) -> str:
    """What a field is called."""
    return _(KINDS[kind].fields[name].label)


def value_text(codes: CodeBook, kind: str, name: str, value: Value) -> str:
    """A field's value as a person reads it: codes by name, days as written here, yes and no; empty for nothing."""
    declared = KINDS[kind].fields[name]
    if value is None or value == "" or value == ():
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, tuple):
        return "; ".join(_signed_code(codes, declared, item) for item in value)
    if isinstance(value, int):
        return str(value)
    return step_text(kind, value) if value in declared.steps else _text_value(codes, declared, value)


def _text_value(codes: CodeBook, declared: Field, value: str) -> str:
    if declared.codes:
        return code_text(codes, declared.codes, value)
    if declared.shape is Shape.CODE:
        name = _NAMES_WITHOUT_LIST.get(value, value)
        return _(name)
    if declared.shape in _TIME_TEXTS:
        try:
            return _TIME_TEXTS[declared.shape](value)
        except (ValueError, OverflowError):  # what a history holds is shown as it was written, also where it is no day
            return value
    return phone_text(value) if declared.name in ("phone", "reporter_contact") else value


_TIME_TEXTS: Mapping[Shape, Callable[[str], str]] = {
    Shape.DATE: day_text,
    Shape.PARTIAL_DATE: birth_text,
    Shape.INSTANT: lambda text: format_instant(from_iso(text)),
}


def _signed_code(codes: CodeBook, declared: Field, item: str) -> str:
    """A code of a list, or of its change: `+code` came, `-code` went."""
    if item.startswith(("+", "-")):
        return f"{'−' if item[0] == '-' else '+'} {_text_value(codes, declared, item[1:])}"
    return _text_value(codes, declared, item)


def step_text(kind: str, step: str) -> str:
    """The state of a record in words; a state of a newer program is shown as it is."""
    name = STEP_NAMES[kind].get(step, step)
    return _(name)


def status_text(status: str) -> str:
    """What became of a child file."""
    return step_text("child_file", status)


def initials_of(name: str) -> str:
    """The two letters of an avatar: the beginning of the given name."""
    words: Sequence[str] = fold(name).split()
    return words[-1][:2].upper() if words else "?"


def joined(*parts: str | None) -> str:
    """The parts that say something, with ` · ` between them."""
    return " · ".join(part for part in parts if part)
