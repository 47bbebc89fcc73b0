"""Codes that people read aloud and type: base32 without letters that are misheard, with two characters that check."""

from __future__ import annotations

from commune_desk.domain.words.errors import Invalid
from commune_desk.domain.words.labels import N_

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford base32: no I, L, O or U, which are misread or misheard."""
LONGEST_SPELLED = 600
"""Bytes. Powers of 32 modulo 1019 repeat after 1,018 characters; below that the checksum misses no swap."""
_CHECK_PRIME = 1019
_LOOK_ALIKES = str.maketrans("ILO", "110", "- \t\r\n\u00a0")


def spell(data: bytes, group: int = 5) -> str:
    """1 to 600 bytes as base32 with two check characters, in groups for reading aloud: `7ZK2M-0Q4TD-…`."""
    if not 1 <= len(data) <= LONGEST_SPELLED:
        raise ValueError(f"{len(data)} bytes cannot be spelled")
    count = -(-len(data) * 8 // 5)
    number = int.from_bytes(data) << (count * 5 - len(data) * 8)
    check = (count - number * 1024) % _CHECK_PRIME
    code = number * 1024 + check
    text = "".join(ALPHABET[code >> 5 * place & 31] for place in reversed(range(count + 2)))
    return "-".join(text[start : start + group] for start in range(0, len(text), group))


def read_spelled(text: str) -> bytes:
    """The bytes of `spell`, forgiving case, spaces, dashes, and O, I, L for 0 and 1.

    As one base-32 number the code leaves its own length over when divided by 1019: any one wrong character
    and any two swapped ones are found. Raises Invalid.
    """
    plain = text.upper().translate(_LOOK_ALIKES)
    strange = [character for character in plain if character not in ALPHABET]
    if strange:
        text_id = N_('Codes never contain "{character}". Check that place and type the code again.')
        raise Invalid(text_id, character=strange[0])
    count = len(plain) - 2
    size = count * 5 // 8
    spare = count * 5 - size * 8
    whole = 1 <= size <= LONGEST_SPELLED and spare < 5
    code = 0
    for character in plain if whole else "":
        code = code << 5 | ALPHABET.index(character)
    if not whole or code % _CHECK_PRIME != count % _CHECK_PRIME or code >> 10 & (1 << spare) - 1:
        raise Invalid(
            N_(
                "The code does not add up: a character is wrong, missing or in another's place. "
                "Compare it group by group."
            )
        )
    return (code >> 10 + spare).to_bytes(size)
