"""Moments of a timeline as the widget takes them."""

from __future__ import annotations

from commune_desk.presenters.frame.moments import Moment
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.timeline import Entry


def entry_of(moment: Moment) -> Entry:
    """A moment with its tones."""
    return Entry(
        key=moment.key,
        heading=moment.heading,
        meta=moment.meta,
        body=moment.body,
        chip=moment.chip,
        chip_tone=Tone(moment.chip_tone),
        chip_icon=moment.chip_icon,
        proof=moment.proof,
        link=moment.link,
        is_link_beside=moment.is_link_beside,
        tone=Tone(moment.tone),
    )
