"""Pool children and their main process."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent() -> None:
    """A main process that was killed must not leave a child behind that still runs a job which another worker takes up.

    Linux only; elsewhere the child finds its writes refused.
    """
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == 1:  # the parent died before this was asked for
        os.kill(os.getpid(), signal.SIGKILL)
