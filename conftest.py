"""For the tests of every folder."""

from __future__ import annotations

import gc

# As many new objects as the collector lets pass before it looks for garbage. boto3 and cfn-lint
# make many and keep them; looking again and again took an eighth of the processor time.
_NEW_OBJECTS = 20_000


def pytest_configure() -> None:
    """Lets the garbage collector look less often."""
    gc.set_threshold(_NEW_OBJECTS)


def pytest_collection_finish() -> None:
    """Keeps it from looking at modules, which stay."""
    gc.freeze()
