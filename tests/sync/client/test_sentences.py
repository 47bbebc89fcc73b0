"""What went wrong with the province, as an officer reads it: each sentence says that what was saved is kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from commune_desk.domain.words.errors import Fault
from commune_desk.i18n import set_language, translate_error
from sync.client import errors
from sync.client.channel import Refused
from sync.client.errors import SyncFault
from sync.protocol import Problem

_KEPT = ("được giữ", "hông mất", "không bị ảnh hưởng", "được gửi đi trước")


def sentences(base: type[SyncFault] = SyncFault) -> Iterator[str]:
    """Those of `sync.client.errors`."""
    for fault in base.__subclasses__():
        if fault.sentence and fault.__module__ == errors.__name__:
            yield fault.sentence
        yield from sentences(fault)


def says_what_is_kept(told: str) -> bool:
    return any(words in told for words in _KEPT)


@pytest.mark.parametrize("sentence", sorted(set(sentences())))
def test_each_says_that_what_was_saved_is_kept(sentence: str) -> None:
    set_language("vi")
    assert says_what_is_kept(translate_error(Fault(sentence, status=500)))


def test_one_that_leaves_it_open_would_be_found() -> None:
    assert not says_what_is_kept("Thiết bị trả lời không phải là máy chủ của tỉnh, nên không có gì được gửi đi.")


@pytest.mark.parametrize(
    ("code", "text", "said"),
    [
        ("gone_fishing", "The province is closed today.", "chưa biết (gone_fishing)"),
        ("malformed", "Another program's sentence for it.", "hãy cài phiên bản mới nhất"),
        ("{code}" * 99, "{secret}", "chưa biết ({code}"),
    ],
)
def test_what_a_province_of_another_version_says_is_told_in_the_officers_language(
    code: str, text: str, said: str
) -> None:
    """Its sentence is a message id of its own program; shown as it came it would be English."""
    set_language("vi")
    told = translate_error(Refused(400, Problem(code=code, text=text)))
    assert said in told
    assert text not in told
    assert len(told) < 400
    assert says_what_is_kept(told)
