"""Frames of zstd, with the page's dictionary and without: protocol.md, sections 1 and 30."""

from __future__ import annotations

import json
from base64 import b64decode

import zstandard

from .spelling import need

CONTENT_TYPE = "application/vnd.commune-desk+zstd"
DICTIONARY_TYPE = "application/vnd.cd1+zstd"
MOST = 8 << 20


def dictionary_of(page: str) -> zstandard.ZstdCompressionDict:
    """As it stands on the page: a line of b64, and a JSON string."""
    block = page.partition("<!-- generated: dictionary -->\n")[2].partition("<!-- end")[0]
    head, text = block.split()[0], block.strip().split("\n")[-1]
    return zstandard.ZstdCompressionDict(b64decode(head) + json.loads(text).encode())


def pack(data: bytes, dictionary: zstandard.ZstdCompressionDict | None = None) -> bytes:
    return zstandard.ZstdCompressor(dict_data=dictionary).compress(data)


def unpack(data: bytes, dictionary: zstandard.ZstdCompressionDict | None = None, most: int = MOST) -> bytes:
    size = zstandard.frame_content_size(data)
    need(0 <= size <= most, "a frame of more than it may hold")
    reader = zstandard.ZstdDecompressor(dict_data=dictionary, max_window_size=MOST)
    return reader.decompress(data, max_output_size=most)
