"""Faults in what keeps half a picture, or the first of its pages, from standing in a child's file as all of it."""

from __future__ import annotations

from tests.mutations.fault import Fault

_WHOLE = "commune_desk/domain/entered/whole_picture.py"
_TOLD, _SHOWN = "domain/entered/test_whole_picture.py", "ui/widgets/test_whole_pictures.py"

FAULTS = (
    Fault(
        name="a-picture-is-kept-without-its-end",
        file="commune_desk/ui/pictures.py",
        old="    check_whole(data, form)\n",
        new="",
        tests=(f"{_SHOWN}::test_what_was_cut_short_is_refused",),
    ),
    Fault(
        name="the-end-of-a-second-picture-is-that-of-the-first",
        file=_WHOLE,
        old="        if data[at - 1] == _SOI:\n            break\n",
        new="",
        tests=(f"{_TOLD}::test_the_end_of_a_second_picture_is_not_that_of_the_first",),
    ),
    Fault(
        name="the-end-of-a-thumbnail-is-that-of-the-picture",
        file=_WHOLE,
        old="    at = 2\n",
        new='    at = 2\n    if b"\\xff\\xd9" in data:\n        return\n',
        tests=(f"{_TOLD}::test_a_photo_cut_anywhere_lacks_its_end",),
    ),
    Fault(
        name="only-the-first-page-of-a-scan",
        file=_WHOLE,
        old="    if pages > 1:\n",
        new="    if pages > MOST_PAGES:\n",
        tests=(f"{_TOLD}::test_pages_are_counted_and_thumbnails_are_none",),
    ),
    Fault(
        name="a-page-that-was-cut-off-is-none",
        file=_WHOLE,
        old="        if end + 4 > len(data):\n            raise damaged()\n",
        new="        if end + 4 > len(data):\n            break\n",
        tests=(f"{_TOLD}::test_a_second_page_that_was_cut_off_is_missed",),
    ),
)
