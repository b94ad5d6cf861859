"""The rendered template, once for all checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from . import template as templates
from .choices import Choices
from .functions import Resolver
from .runbook import Document


@pytest.fixture(scope="session")
def text() -> str:
    return templates.text()


@pytest.fixture(scope="session")
def template(text: str) -> templates.Template:
    return templates.loads(text)


@pytest.fixture
def runbook(template: templates.Template) -> Callable[..., Document]:
    """The runbook as it is deployed with the choices that an operator made."""

    def deployed(choices: Choices | None = None, **surroundings: str) -> Document:
        parameters = (choices or Choices()).parameters
        document: dict[str, Any] = Resolver(template, parameters, **surroundings).resources()[
            "DeleteExpiredServerCertificate"
        ]["Content"]
        return document

    return deployed
