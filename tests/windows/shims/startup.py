"""Becomes `sitecustomize` of the Windows Python: hides from its library what Wine 8 lacks of Windows 10."""

import sys
from typing import Any

if sys.platform == "win32":
    import _winapi

    for name in {"CopyFile2"} & set(dir(_winapi)):  # shutil copies by itself without it
        delattr(_winapi, name)
    without: dict[str, Any] = {"_wmi": None}  # `platform` asks in other ways
    sys.modules.update(without)
