"""What the sandbox and its client agree on: folders, credentials, and a new account's regions."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
DEFAULT_RUNTIME = Path("target/lambda-runtime")
DEFAULT_REGION = "eu-west-1"
DEFAULT_ACCOUNT = "123456789012"
# That the account is in.
ORGANIZATION = "o-a1b2c3d4e5"
# Any would do: signatures aren't checked. The key has the length of a real one.
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIASANDBOXDEVELOPER",
    "AWS_SECRET_ACCESS_KEY": "sandbox",
}
# All regions that came before March 2019, when AWS began to leave new ones disabled.
ENABLED_BY_DEFAULT = frozenset(
    (
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ca-central-1",
        "eu-central-1",
        "eu-north-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
    )
)
