"""Training families and their children: plausible, complete, and the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from commune_desk.domain.model.codes import is_special_group
from commune_desk.domain.time.dates import PartialDate, age_on, birthday
from commune_desk.training.names import DAO, NameGrammar, elder_name, person_name, pick_grammar

HOA = "Đặng Thị Hoà"
"""The girl whom the demo looks for; nobody else is given her name."""
_HOA_BORN, _BROTHER_BORN, _HOA_AGE = date(2012, 2, 3), date(2017, 6, 14), 14
"""Once she would be older, both were born as many years later: a register is made for children alone."""
SPECIAL_SHARE = 4_226 / 365_000
AT_RISK_SHARE = 4_577 / 365_000
"""Of all children in Quảng Ninh: in special circumstances 1.16 %, at risk 1.25 %."""

_SPECIAL = {
    "HCDB04": 42,
    "HCDB13": 15,
    "HCDB03": 12,
    "HCDB01": 9,
    "HCDB02": 6,
    "HCDB08": 5,
    "HCDB11": 3,
    "HCDB09": 2,
    "HCDB06": 2,
    "HCDB05": 2,
    "HCDB12": 1,
    "HCDB14": 1,
}
_AT_RISK = {
    "NGCO01": 24,
    "NGCO02": 20,
    "NGCO03": 17,
    "NGCO05": 15,
    "NGCO04": 11,
    "NGCO07": 4,
    "NGCO08": 3,
    "NGCO06": 2,
    "NGCO10": 2,
    "NGCO11": 1,
    "NGCO12": 1,
}
_WITHOUT_PARENTS = frozenset({"HCDB01", "HCDB02", "HCDB03", "NGCO05", "HCDB14"})
_KIN = {
    "maternal_grandmother": 28,
    "paternal_grandmother": 28,
    "paternal_grandfather": 12,
    "maternal_grandfather": 10,
    "paternal_aunt": 7,
    "maternal_aunt": 7,
    "paternal_uncle": 4,
    "maternal_uncle": 4,
}
RELATION_WORDS = {
    "father": "Bố",
    "mother": "Mẹ",
    "paternal_grandmother": "Bà nội",
    "maternal_grandmother": "Bà ngoại",
    "paternal_grandfather": "Ông nội",
    "maternal_grandfather": "Ông ngoại",
    "paternal_aunt": "Cô",
    "maternal_aunt": "Dì",
    "paternal_uncle": "Chú",
    "maternal_uncle": "Cậu",
}
"""How the people of a village say who looks after a child."""
_MALE_KIN = frozenset({"paternal_grandfather", "maternal_grandfather", "paternal_uncle", "maternal_uncle", "father"})
_RISK = {"special": (15, 45, 40), "at_risk": (5, 35, 60), "none": (0, 4, 96)}
_LEVELS = ("high", "medium", "low")
_OLDEST_DAYS = 15 * 365 + 90
"""Nobody comes of age within nine months of the day the people are made for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingChild:
    """A child who does not exist. Codes are those of the code lists; `born` is always known to the day."""

    number: int
    full_name: str
    sex: str
    born: date
    ethnicity: str
    id_number: str
    village: str
    household_head: str
    father_name: str | None
    mother_name: str | None
    caregiver_name: str
    caregiver_relation: str
    phone: str
    groups: tuple[str, ...]
    risk_level: str


@dataclass(frozen=True, slots=True)
class _Household:
    grammar: NameGrammar
    village: str
    father: str
    mother: str
    phone: str


def training_children(
    count: int, *, seed: int, today: date, special: float = SPECIAL_SHARE, at_risk: float = AT_RISK_SHARE
) -> Iterator[TrainingChild]:
    """`count` children under 16 on `today`, brothers and sisters one after the other, the same for the same arguments.

    The first two are always Đặng Thị Hoà, who never gets older than 14, and her brother; nobody else bears her name.
    `special` and `at_risk` are the shares of children in such a group: the province's, unless a list of followed
    children is wanted.
    """
    yield from _known_children(today)[:count]
    rng = Random(seed)  # noqa: S311 - people who do not exist, not a secret
    home, size, siblings = _household(rng), 0, list[TrainingChild]()
    for number in range(2, count):
        if len(siblings) == size:
            home, size, siblings = _household(rng), rng.choices((1, 2, 3, 4), (40, 38, 16, 6))[0], []
        groups = _draw_group(rng, special, at_risk)
        siblings.append(_child(rng, home, siblings, groups, number=number, today=today))
        yield siblings[-1]


def training_phone(rng: Random) -> str:
    """A mobile number of ten digits."""
    return rng.choice(("0912", "0968", "0976", "0357", "0336", "0865", "0388")) + f"{rng.randrange(10**6):06}"


def training_id(number: int, born: date, *, is_male: bool) -> str:
    """The n-th person's ID number: 022 (Quảng Ninh), century and sex, year, six digits (Decree 137/2015 art. 13)."""
    century = (born.year // 100 - 19) * 2 + (0 if is_male else 1)
    # The factor shares no divisor with 10**6: a million people without a repetition.
    return f"022{century}{born.year % 100:02}{(number + 7) * 387_421 % 10**6:06}"


def _known_children(today: date) -> tuple[TrainingChild, ...]:
    older = max(0, age_on(PartialDate.of(_HOA_BORN), today).min - _HOA_AGE)
    born, brother_born = birthday(_HOA_BORN, older), birthday(_BROTHER_BORN, older)
    hoa = TrainingChild(
        number=0,
        full_name=HOA,
        sex="female",
        born=born,
        ethnicity=DAO.ethnicity,
        id_number=training_id(0, born, is_male=False),
        village="Thôn Khe Lặc",
        household_head="Bàn Thị Mùi",
        father_name="Đặng Sềnh Phúc",
        mother_name="Bàn Tài Múi",
        caregiver_name="Bàn Thị Mùi",
        caregiver_relation="maternal_grandmother",
        phone="0912345678",
        groups=("HCDB01", "HCDB08"),
        risk_level="high",
    )
    brother = replace(
        hoa,
        number=1,
        full_name="Đặng A Sinh",
        sex="male",
        born=brother_born,
        id_number=training_id(1, brother_born, is_male=True),
        groups=("HCDB01",),
        risk_level="medium",
    )
    return hoa, brother


def _household(rng: Random) -> _Household:
    grammar = pick_grammar(rng)
    father = person_name(rng, grammar, rng.choice(grammar.families), is_male=True)
    # Most marry within their group; the rest keep the village mixed, as it is.
    other = grammar if rng.random() < 0.85 else pick_grammar(rng)
    mother = person_name(rng, other, rng.choice(other.families), is_male=False)
    return _Household(grammar, rng.choice(grammar.villages), father, mother, training_phone(rng))


def _draw_group(rng: Random, special: float, at_risk: float) -> tuple[str, ...]:
    chance = rng.random()
    if chance < special:
        return _with_second(rng, rng.choices(list(_SPECIAL), list(_SPECIAL.values()))[0])
    if chance < special + at_risk:
        return _with_second(rng, rng.choices(list(_AT_RISK), list(_AT_RISK.values()))[0])
    return ()


def _with_second(rng: Random, code: str) -> tuple[str, ...]:
    """One child in six belongs to a poor household as well."""
    if rng.random() < 1 / 6 and code not in ("NGCO01", "NGCO02"):
        return code, rng.choice(("NGCO01", "NGCO02"))
    return (code,)


def _child(
    rng: Random,
    home: _Household,
    siblings: Sequence[TrainingChild],
    groups: tuple[str, ...],
    *,
    number: int,
    today: date,
) -> TrainingChild:
    is_male = rng.random() < 0.527  # 111.5 boys for 100 girls
    born = _birth(rng, siblings, today)
    kind = "none" if not groups else "special" if is_special_group(groups[0]) else "at_risk"
    relation, caregiver = _caregiver(rng, home, groups)
    is_abandoned = "HCDB02" in groups
    return TrainingChild(
        number=number,
        full_name=_child_name(rng, home, siblings, is_male=is_male),
        sex="male" if is_male else "female",
        born=born,
        ethnicity=home.grammar.ethnicity,
        id_number=training_id(number, born, is_male=is_male),
        village=home.village,
        household_head=caregiver if relation not in ("father", "mother") else home.father,
        father_name=None if is_abandoned else home.father,
        mother_name=None if is_abandoned else home.mother,
        caregiver_name=caregiver,
        caregiver_relation=relation,
        phone=home.phone,
        groups=groups,
        risk_level=rng.choices(_LEVELS, _RISK[kind])[0],
    )


def _birth(rng: Random, siblings: Sequence[TrainingChild], today: date) -> date:
    """A day under the oldest age, at least a year from each brother's and sister's."""
    while True:
        born = today - timedelta(days=rng.randrange(30, _OLDEST_DAYS))
        if all(abs((born - sibling.born).days) > 365 for sibling in siblings):
            return born


def _child_name(rng: Random, home: _Household, siblings: Sequence[TrainingChild], *, is_male: bool) -> str:
    taken = {HOA, home.father, *(sibling.full_name for sibling in siblings)}
    while True:
        name = person_name(rng, home.grammar, home.father.split()[0], is_male=is_male)
        if name not in taken:
            return name


def _caregiver(rng: Random, home: _Household, groups: tuple[str, ...]) -> tuple[str, str]:
    if not _WITHOUT_PARENTS & set(groups):
        return ("mother", home.mother) if rng.random() < 0.6 else ("father", home.father)
    relation = rng.choices(list(_KIN), list(_KIN.values()))[0]
    # A grandmother's family name is her own; a grandfather or an uncle on a side bears that parent's.
    side = home.father if relation.startswith("paternal") else home.mother
    family = None if relation.endswith("grandmother") else side.split()[0]
    return relation, elder_name(rng, home.grammar, family, is_male=relation in _MALE_KIN)
