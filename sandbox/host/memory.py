"""Gives memory back: deployments of tens of megabytes come and go with every test."""

from __future__ import annotations

import ctypes
import gc

# A parameter of mallopt, in glibc's malloc.h.
_ARENA_MAX = -8
_ARENAS = 2
# As many new objects as the collector lets pass before it looks for garbage: a request makes
# thousands, most of which are freed without it.
_NEW_OBJECTS = 20_000
# More tracked objects than a freshly reset sandbox has. The model of one service may have more.
_MANY = 5_000


def prepare() -> None:
    """Configures malloc and the garbage collector.

    Call it before moto is imported, which makes many objects, and before any thread starts.

    There is a thread for each connection. glibc would spread them over eight arenas for each
    processor, and each arena keeps what was freed in it. Another C library is left as it is.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, _ARENAS)
    gc.set_threshold(_NEW_OBJECTS)


def collect() -> None:
    """Frees what nobody refers to: what moto keeps refers to itself, and Python is in no hurry.

    Call it after a reset. If many objects survive, they are modules and service models, which stay:
    later collections skip them.
    """
    gc.collect()
    if len(gc.get_objects()) > _MANY:
        gc.freeze()
