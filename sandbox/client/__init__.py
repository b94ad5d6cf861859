"""What tests and the demo hold in their hands.

It talks to a sandbox over HTTP alone, and shares nothing with it but `host/defaults.py`.
"""

from sandbox.host.defaults import (
    CREDENTIALS,
    DEFAULT_ACCOUNT,
    DEFAULT_REGION,
    DEFAULT_RUNTIME,
    ENABLED_BY_DEFAULT,
    ORGANIZATION,
    PROJECT,
)

from .certificates import CertificateFiles, new_key, self_signed, with_chain
from .connection import SandboxError
from .infrastructure import FIXED_RESPONSE, Infrastructure, LoadBalancer, distribution_config
from .organization import AggregateResult
from .roles import granted
from .rules import Rule
from .sandbox import Sandbox

__all__ = [
    "CREDENTIALS",
    "DEFAULT_ACCOUNT",
    "DEFAULT_REGION",
    "DEFAULT_RUNTIME",
    "ENABLED_BY_DEFAULT",
    "FIXED_RESPONSE",
    "ORGANIZATION",
    "PROJECT",
    "AggregateResult",
    "CertificateFiles",
    "Infrastructure",
    "LoadBalancer",
    "Rule",
    "Sandbox",
    "SandboxError",
    "distribution_config",
    "granted",
    "new_key",
    "self_signed",
    "with_chain",
]
