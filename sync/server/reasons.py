"""Why the system would not let a command touch a file or an address, in words that are translated."""

from __future__ import annotations

import errno

from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_

_WORDS = {
    errno.ENOENT: N_("there is no such file or folder"),
    errno.EACCES: N_("this account is not allowed to"),
    errno.EPERM: N_("this account is not allowed to"),
    errno.EROFS: N_("the disk can only be read"),
    errno.ENOSPC: N_("the disk is full"),
    errno.EISDIR: N_("it is a folder"),
    errno.EEXIST: N_("there is a file of this name already"),
    errno.ENAMETOOLONG: N_("its name is too long"),
    errno.ENOTDIR: N_("what should be a folder is a file"),
    errno.EIO: N_("the disk does not answer as it should"),
    errno.EADDRINUSE: N_("another program uses it"),
    errno.EADDRNOTAVAIL: N_("it is no address of this machine"),
}


def reason_of(error: OSError) -> Fault | str:
    """What to put for `{reason}`; what has no words of ours is told in the system's."""
    words = _WORDS.get(error.errno or 0)
    return Fault(words) if words else error.strerror or str(error)
