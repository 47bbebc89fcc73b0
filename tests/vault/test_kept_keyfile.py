"""A keyfile written by the first version opens with every later one: by passphrase and with the province."""

from __future__ import annotations

from pathlib import Path

from commune_desk import vault
from sync.seal import BoxKey, answer_recovery

from .conftest import PASSPHRASE, Clock

ESCROW = BoxKey.from_bytes(bytes(range(32, 64)))
KEPT = (
    '{"magic":"commune-desk-keyfile","version":1,"sum":"d3lRb58AmMeu/G+yvoGMMvPxmTfYBU4HXOuFEepMEuA=","mac":"R'
    'z37Qvb07YriMFMNNI5LmtkmKjZb2cy1ofxt7VZ7euA=","body":{"db_id":"0198c0de0198c0de0198c0de0198c0de","generati'
    'on":2,"slots":[{"login":"hoa","officer_id":"11111111111111111111111111111111","salt":"mwFKSUYciCHduP4XdQ+'
    '81g==","rounds":3,"memory_kib":65536,"lanes":1,"wrapped":"i2uv0/YBHd0uKZGGOteVYfWGaYidmpMWpi2viQkVu0Qs0g7'
    'GsUebovs3vhM7C+FOYhepWGFMwwGG/pl4"}],"recovery":{"desk_id":"0198beef0198beef0198beef0198beef","generation'
    '":1,"escrow_public":"NYBy1jZYgNGu6jKa35EhODhR7SGijjt16WXQ0s0WYlQ=","ephemeral_public":"JIQ3kbrlFg94VMoZIe'
    'ajCqfUPg3v5/0gDqz/dO/gIEo=","wrapped":"M/AHOJ2q1nwbeptwNnT84RHLmHtZNkA1BVT+R0PIAq0zlXaXiFP4kA0RrbY5YNAApm'
    'NYSEoZU44AFn88"}}}'
)
KEPT_KEY = "b77d43ebe82dfe8f7edf965df579bfebceffef0e78042d6d768f9f7dd251e528"


def test_a_keyfile_of_the_first_version_opens(tmp_path: Path) -> None:
    path = tmp_path / "register.key"
    path.write_text(KEPT)
    assert vault.unlock(path, "hoa", PASSPHRASE, clock=Clock()).hex == KEPT_KEY


def test_a_recovery_blob_of_the_first_version_opens(tmp_path: Path) -> None:
    path = tmp_path / "register.key"
    path.write_text(KEPT)
    _, answer = answer_recovery(ESCROW.to_bytes(), vault.recovery_request(path))
    assert vault.recover(path, answer, login="hoa", officer_id="1" * 32, passphrase=PASSPHRASE).hex == KEPT_KEY
