"""Reads hours, days and moments as people type them: 8h20, 0820, "23/11/2026 08:30"."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

from commune_desk.domain.entered.dates import parse_partial_date
from commune_desk.domain.time.clock import VIETNAM, local_day
from commune_desk.domain.vietnamese.text import fold, tidy
from commune_desk.domain.words.errors import Invalid
from commune_desk.domain.words.labels import N_

_HOUR = re.compile(r"(\d{1,2})(?: ?(?:h|g|gio|:|\.) ?(\d{1,2})?(?: ?(?:p|phut))?)?")
_COMPACT = re.compile(r"(\d{2})(\d{2})")
_DAY = r"(\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4})"
_DAY_FIRST = re.compile(rf"{_DAY}[,\s]+(.+)")
_HOUR_FIRST = re.compile(rf"(.*?)[,\s]+(?:ngày\s+)?{_DAY}")


def parse_hour(typed: str) -> time | None:
    """The hour meant by `8`, `8:20`, `8h20`, `08 giờ 20` or `0820`; None when nothing was typed. Raises Invalid."""
    plain = re.sub(r"\s+", " ", fold_hour(typed))
    if not plain:
        return None
    found = _COMPACT.fullmatch(plain) or _HOUR.fullmatch(plain)
    if found is None or not (int(found[1]) < 24 and int(found[2] or 0) < 60):
        raise Invalid(N_("Write the hour as 08:30."))
    return time(int(found[1]), int(found[2] or 0))


def fold_hour(typed: str) -> str:
    """Without marks, but with the colon and the point that `fold` takes for spaces."""
    return "".join(char if char in ":." else fold(char) or " " for char in tidy(typed)).strip()


def parse_day(typed: str, today: date, latest: date) -> date | None:
    """A whole day not after `latest`; None when nothing was typed. Raises Invalid."""
    found = parse_partial_date(typed, max(today, latest))
    if found is None:
        return None
    if found.day is None:
        raise Invalid(N_("Write the day as well: 17/05/2014."))
    day = found.possible.earliest
    if day > latest:
        raise Invalid(N_("The date lies in the future."))
    return day


def parse_moment(typed: str, now: datetime) -> datetime | None:
    """The instant meant by `23/11/2026 08:30`, `08:30 23/11/2026` or, for today, `08:30`; in Viet Nam's time.

    None when nothing was typed. Raises Invalid for what cannot be read or lies after `now`.
    """
    text = tidy(typed)
    if not text:
        return None
    today = local_day(now)
    day_text, hour_text = _split(text)
    try:
        hour = parse_hour(hour_text)
    except Invalid:
        hour = None
    if hour is None:
        raise Invalid(N_("Write day and hour as 23/11/2026 08:30."))
    day = parse_day(day_text, today, today) if day_text else today
    moment = datetime.combine(day or today, hour, VIETNAM).astimezone(UTC)
    if moment > now:
        raise Invalid(N_("This hour has not come yet."))
    return moment


def _split(text: str) -> tuple[str, str]:
    """(day, hour) in whichever order they were written; the day is empty when only an hour was."""
    if found := _DAY_FIRST.fullmatch(text):
        return found[1], found[2]
    if found := _HOUR_FIRST.fullmatch(text):
        return found[2], found[1]
    return "", text
