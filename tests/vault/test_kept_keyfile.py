"""A keyfile written by the first version opens with every later one: by passphrase and with the province."""

from __future__ import annotations

from pathlib import Path

from commune_desk.vault import recovery, vault
from sync.seal import BoxKey, answer_recovery

from .conftest import PASSPHRASE, Clock

ESCROW = BoxKey.from_bytes(bytes(range(32, 64)))
KEPT = (
    '{"magic":"commune-desk-keyfile","version":1,"sum":"jXVvp5PGB3oLaVm+Izs+nL8gmh0Q4X0cUHFORNxg5OQ=","ma'
    'c":"X1cSwZsrkU7NIduwfqD2dOSEIiQ8+ijRSWu5Igs3x8o=","body":{"db_id":"0198c0de0198c0de0198c0de0198c0de"'
    ',"generation":2,"slots":[{"login":"hoa","officer_id":"11111111111111111111111111111111","salt":"B4IG'
    'hJBRv6zAxlfFQ/ecqA==","rounds":3,"memory_kib":65536,"lanes":1,"wrapped":"OI+qU9LPL69drv6J5JVYbdCdCPS'
    'hWITMu+d0Y85R+g3QmHbwZjtwgnO0r31TruROqBsXrzMy2hpCot9P"}],"recovery":{"desk_id":"7KQ2M9","generation"'
    ':1,"escrow_public":"NYBy1jZYgNGu6jKa35EhODhR7SGijjt16WXQ0s0WYlQ=","ephemeral_public":"EP0ihwBsNm5aZG'
    'hNkJruMB93bftKTKNb5it5c8AZslY=","wrapped":"R1VLZ4AOVo2Lyikbl5aYiVAOAejl3VaNneGO9BI9D399My1bhA9ewwGJW'
    'oHI8Tssvx8Cdr9VNYu1nHUV"}}}'
)
KEPT_KEY = "d1da2c4fcdf9d9bfcd71293004dc805d522ab92250a5fe66807a081c30b2fde3"


def test_a_keyfile_of_the_first_version_opens(tmp_path: Path) -> None:
    path = tmp_path / "register.key"
    path.write_text(KEPT)
    assert vault.unlock(path, "hoa", PASSPHRASE, clock=Clock()).hex == KEPT_KEY


def test_a_recovery_blob_of_the_first_version_opens(tmp_path: Path) -> None:
    path = tmp_path / "register.key"
    path.write_text(KEPT)
    _, answer = answer_recovery(ESCROW.to_bytes(), recovery.recovery_request(path))
    assert recovery.recover(path, answer, login="hoa", officer_id="1" * 32, passphrase=PASSPHRASE).hex == KEPT_KEY
