"""What an officer is told whose register was removed: no sentence takes back another."""

from __future__ import annotations

from commune_desk.i18n import set_language
from commune_desk.presenters.window.removed import removed_lines
from commune_desk.usecases.registers.removal import Removed


def test_not_all_was_sent_where_photos_are_gone() -> None:
    set_language("vi")
    said = Removed(
        db_id="", desk="7KQ2M9", province="Quảng Ninh", at="2026-11-26T02:10:00Z", records=1284, drafts=1, files=2
    )
    told = " ".join(removed_lines(said))
    assert "Đã mất 2 ảnh hoặc bản quét mà tỉnh chưa nhận." in told
    assert "Mọi bản ghi đã lưu đều đã gửi trước đó" in told
    assert "Mọi thứ" not in told
