"""How do the processes of one service end together, whichever of them is killed?"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when the process `parent` that forked it ends, however that ends.

    The wish is not inherited: each generation asks for itself. Elsewhere than on Linux there is no such wish, and
    only an orderly stop takes all processes along.
    """
    if _libc is None:
        return
    if _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:  # it ended before we asked
        os.kill(os.getpid(), signal.SIGKILL)


def ends_with_me() -> Callable[..., None]:
    """A function to be called in a child, such as Popen's preexec_fn, so that it does not outlive the present process."""
    parent = os.getpid()
    return lambda **_: die_with_parent(parent)
