"""Which words can be Vietnamese syllables: an onset, a rhyme and one tone. Tells a text from its misreading."""

from __future__ import annotations

import re

from commune_desk.domain.vietnamese.letters import ALPHABET, TONE_MARKS
from commune_desk.domain.vietnamese.text import nfc, syllables

_ONSET = "ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|[bcdđghklmnpqrstvx]"
_RHYMES = """
a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu
i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu
o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong op ot
ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơng ơp ơt
u ua uân uâng uât uây uc uê uêch uênh ui um un ung uơ up ut uôc uôi uôm uôn uông uôt
uy uya uych uyên uyêt uyn uynh uyp uyt uyu
ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu
y yêm yên yêng yêt yêu ych yn ynh yt
"""
_SYLLABLE = re.compile(f"({_ONSET})?({'|'.join(sorted(_RHYMES.split(), key=len, reverse=True))})")
_STOPPED = re.compile("(?:ch|[cpt])$")
_LETTERS = frozenset(ALPHABET).union(nfc(vowel + mark) for vowel in "aăâeêioôơuưy" for mark in TONE_MARKS)
_MISPLACED = re.compile("[aeouy][õù]")
"""A tone on the second vowel of ao, au, eo... is no Vietnamese spelling, but it is how VNI looks."""
_STOP_TONES = ("4", "5")


def is_syllable(word: str, *, any_tone: bool = False) -> bool:
    """Whether one word is spelt as a Vietnamese syllable; case does not matter, nor does hoà or hòa.

    After a final c, ch, p or t only sắc and nặng are right, unless `any_tone`.
    """
    plain = nfc(word).lower()
    if not plain or not _LETTERS.issuperset(plain) or _MISPLACED.search(plain):
        return False
    letters, tone = syllables(plain)[0]
    if len(tone) != 1 or not _SYLLABLE.fullmatch(letters):
        return False
    return any_tone or tone in _STOP_TONES or not _STOPPED.search(letters)
