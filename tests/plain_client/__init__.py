"""A desk written from one page alone, docs/protocol.md, as a stranger would in another language.

It imports nothing of this project: the standard library, `cryptography` and `zstandard` only.
`tests/sync/wire/test_plain_client.py` lets it work with a real province and a real desk of the program. It is an
example, not a second program: a register on disk, retries, shares, joins and erasure are not in it.
"""
