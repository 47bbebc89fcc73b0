"""Training home visits: at the rhythm of the risk level, in the plain words an officer would write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from commune_desk.domain.records.visits import VISIT_RHYTHM_DAYS, suggested_next_visit
from commune_desk.training.people import RELATION_WORDS, TrainingChild

_LEVELS = ("low", "medium", "high")

_AT_HOME = (
    "Cháu ở nhà, sức khoẻ bình thường, ăn uống tốt.",
    "Cháu hơi gầy, mấy hôm nay ho, gia đình đã cho uống thuốc.",
    "Cháu vui vẻ, chơi với các bạn trong thôn.",
    "Cháu ít nói, ngồi một mình, hỏi mới trả lời.",
    "Nhà dột ở gian bếp, chăn màn còn thiếu, trời lạnh cháu chưa có áo ấm.",
    "Góc học tập gọn gàng, sách vở đủ.",
)
_YOUNG = (
    "Cháu được tiêm chủng đầy đủ theo lịch.",
    "Cháu đi lớp mẫu giáo đều, cô giáo khen ngoan.",
    "Cháu chưa đi lớp vì nhà xa điểm trường.",
)
_PUPIL = (
    "Cháu đi học đều, tuần này không nghỉ buổi nào.",
    "Cháu nghỉ học ba buổi vì phải trông em.",
    "Cô giáo chủ nhiệm cho biết cháu tiếp thu chậm, cần kèm thêm.",
    "Cháu ở bán trú, cuối tuần về nhà.",
)
_CARER = (
    "{carer} chăm sóc chu đáo, có hỏi về chế độ trợ cấp.",
    "{carer} đi làm nương cả ngày, tối mới về.",
    "{carer} sức khoẻ yếu, lo không đủ sức nuôi cháu.",
    "{carer} hợp tác, đã thực hiện việc hẹn lần trước.",
)
_NEEDS = {
    "school": "Gặp nhà trường để kèm thêm cho cháu.",
    "health": "Đưa cháu đi khám ở trạm y tế xã.",
    "clothing": "Vận động áo ấm, chăn màn cho cháu.",
    "benefits": "Hoàn thiện hồ sơ trợ cấp hằng tháng.",
    "papers": "Cùng gia đình làm lại giấy khai sinh.",
    "psychological": "Nói chuyện riêng với cháu, mời cộng tác viên tư vấn.",
    "parenting": "Mời gia đình dự buổi nói chuyện về nuôi dạy con.",
    "food": "Đề nghị hỗ trợ gạo từ quỹ của xã.",
}
_PRESENT = {
    "father": "father",
    "mother": "mother",
    "paternal_grandmother": "paternal_grandparents",
    "paternal_grandfather": "paternal_grandparents",
    "maternal_grandmother": "maternal_grandparents",
    "maternal_grandfather": "maternal_grandparents",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingVisit:
    """A visit as `HomeVisit` would hold it; days as dates, the hour as HH:MM."""

    visited_on: date
    visited_at: str
    risk_level: str
    present: tuple[str, ...]
    observations: str
    needs: tuple[str, ...]
    next_step: str | None
    next_visit_on: date


def training_visits(child: TrainingChild, *, seed: int, since: date, until: date) -> Iterator[TrainingVisit]:
    """The visits to a child between two days (both included), oldest first; the last has the child's risk level."""
    rng = Random(f"{seed}:{child.number}")  # noqa: S311 - visits that never happened, not a secret
    rhythm = VISIT_RHYTHM_DAYS[child.risk_level]
    start = max(since, child.born)
    day = until - timedelta(days=rng.randrange(rhythm))
    days: list[date] = []
    while day >= start:
        days.append(day)
        day -= timedelta(days=max(1, rhythm + rng.randint(-2, 3)))
    for number, visited_on in enumerate(reversed(days), start=1):
        is_last = number == len(days)
        yield _visit(rng, child, visited_on, child.risk_level if is_last else _earlier_level(rng, child.risk_level))


def _earlier_level(rng: Random, level: str) -> str:
    place = _LEVELS.index(level) + rng.choices((-1, 0, 1), (15, 70, 15))[0]
    return _LEVELS[min(max(place, 0), 2)]


def _visit(rng: Random, child: TrainingChild, visited_on: date, level: str) -> TrainingVisit:
    carer = RELATION_WORDS[child.caregiver_relation]
    about_school = _YOUNG if (visited_on - child.born).days < 6 * 365 else _PUPIL
    sentences = [rng.choice(_AT_HOME), rng.choice(about_school), rng.choice(_CARER).format(carer=carer)]
    needs = tuple(rng.sample(sorted(_NEEDS), {"low": 0, "medium": 1, "high": 2}[level]))
    return TrainingVisit(
        visited_on=visited_on,
        visited_at=f"{rng.choice((7, 8, 9, 10, 14, 15, 16)):02}:{rng.choice((0, 10, 15, 20, 30, 45)):02}",
        risk_level=level,
        present=("child", _PRESENT.get(child.caregiver_relation, "other_carer")),
        observations=" ".join(sentences if level != "low" else sentences[: rng.randint(1, 3)]),
        needs=needs,
        next_step=_NEEDS[needs[0]] if needs else None,
        next_visit_on=suggested_next_visit(visited_on, level),
    )
