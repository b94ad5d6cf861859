"""Which permissions an operation needs: IAM's actions, and the resources that they are done on.

After the Service Authorization Reference,
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html.
Operations that it gives no resource to, and those that no role of this product calls, are done
on `*`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.config.models import config_backends
from moto.iam.models import iam_backends

from sandbox.wire.calls import Call

# IAM's prefix of a service, where it isn't botocore's name of the service.
_PREFIXES = {"elb": "elasticloadbalancing", "elbv2": "elasticloadbalancing"}

# Actions that aren't called as the operation is.
_ACTIONS = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "s3:AbortMultipartUpload": "s3:AbortMultipartUpload",
    "s3:CompleteMultipartUpload": "s3:PutObject",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:DeleteBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:UploadPart": "s3:PutObject",
}

# "No permissions are required to perform this operation", in its API reference.
_FREE = "sts:GetCallerIdentity"

# Further actions that parameters of S3's PutObject ask for.
_UPLOAD_ACTIONS = {"Tagging": "s3:PutObjectTagging", "ACL": "s3:PutObjectAcl"}


def action_of(service: str, operation: str) -> str:
    """IAM's name of an operation, such as `lambda:InvokeFunction`.

    :param service: as botocore names it
    """
    name = f"{_prefix(service)}:{operation}"
    return _ACTIONS.get(name, name)


def needed(call: Call) -> list[tuple[str, str]]:
    """The permissions, as (action, ARN of the resource or `*`); all of them are needed."""
    action = action_of(call.service, call.operation)
    if action == _FREE:
        return []
    find = _RESOURCES.get(_prefix(call.service), _anything)
    permissions = [(action, resource) for resource in find(call)]
    if call.service == "s3" and call.operation in ("PutObject", "CreateMultipartUpload"):
        permissions += [
            (further, resource)
            for member, further in _UPLOAD_ACTIONS.items()
            if member in call.params
            for _, resource in permissions[:1]
        ]
    return permissions


def _prefix(service: str) -> str:
    return _PREFIXES.get(service, service)


def _anything(_: Call) -> list[str]:
    return ["*"]


def _arn(call: Call, service: str, resource: str) -> str:
    return f"arn:{call.partition}:{service}:{call.region}:{call.account}:{resource}"


def _named(call: Call, service: str, kind: str, name: str) -> str:
    """The ARN of what a request names by ARN or by name."""
    return name if name.startswith("arn:") else _arn(call, service, f"{kind}{name}")


def _account(call: Call) -> list[str]:
    return [f"arn:{call.partition}:account::{call.account}:account"]


def _iam(call: Call) -> list[str]:
    account = f"arn:{call.partition}:iam::{call.account}"
    if "ServerCertificateName" in call.params:
        # One that isn't there is taken to have the path "/".
        name = call.params["ServerCertificateName"]
        certificates = list(iam_backends[call.account][call.partition].certificates.values())
        stored = [str(one.arn) for one in certificates if one.cert_name == name]
        return stored or [f"{account}:server-certificate/{name}"]
    if "RoleName" in call.params:
        name = call.params["RoleName"]
        roles = list(iam_backends[call.account][call.partition].roles.values())
        known = [str(role.arn) for role in roles if role.name == name]
        return known or [f"{account}:role{call.params.get('Path', '/')}{name}"]
    return [call.params.get("PolicyArn", "*")]


# Service Authorization Reference, "Actions defined by AWS Config": of the operations that name a
# rule, these have no resource level, and others are done on its remediation.
_CONFIG_WITHOUT_RESOURCE = {
    "DeleteRemediationExceptions",
    "DescribeComplianceByConfigRule",
    "DescribeConfigRuleEvaluationStatus",
    "DescribeConfigRules",
    "DescribeRemediationExceptions",
    "PutRemediationExceptions",
    "StartRemediationExecution",
}
_ON_REMEDIATIONS = {
    "DeleteRemediationConfiguration",
    "DescribeRemediationConfigurations",
    "DescribeRemediationExecutionStatus",
    "PutRemediationConfigurations",
}


def _aggregator(call: Call) -> str:
    name = call.params["ConfigurationAggregatorName"]
    known = config_backends[call.account][call.region].config_aggregators.get(name)
    if known is not None:
        return str(known.configuration_aggregator_arn)
    return _arn(call, "config", f"config-aggregator/{name}")


def _rule_names(params: dict[str, Any]) -> list[str]:
    if params.get("ConfigRuleNames"):
        return list(params["ConfigRuleNames"])
    several = params.get("RemediationConfigurations", [params.get("ConfigRule", params)])
    return [one["ConfigRuleName"] for one in several if one.get("ConfigRuleName")]


def _config(call: Call) -> list[str]:
    if "ConfigurationAggregatorName" in call.params:
        return [_aggregator(call)]
    if call.operation in _CONFIG_WITHOUT_RESOURCE:
        return ["*"]
    names = _rule_names(call.params)
    if not names:
        return ["*"]
    if call.operation in _ON_REMEDIATIONS:
        # Config puts an id at the end, which no request has.
        return [_arn(call, "config", f"remediation-configuration/{name}/*") for name in names]
    rules = config_backends[call.account][call.region].config_rules
    return [
        str(rules[name].config_rule_arn)
        if name in rules
        else _arn(call, "config", f"config-rule/{name}")
        for name in names
    ]


def _lambda(call: Call) -> list[str]:
    name = call.params.get("FunctionName")
    if not name:
        return ["*"]
    arn = _named(call, "lambda", "function:", name)
    qualifier = call.params.get("Qualifier")
    return [f"{arn}:{qualifier}" if qualifier and arn.count(":") == 6 else arn]


def _s3(call: Call) -> list[str]:
    bucket = call.params.get("Bucket")
    if not bucket:
        return ["*"]
    arn = f"arn:{call.partition}:s3:::{bucket}"
    if call.operation == "DeleteObjects":
        objects = call.params.get("Delete", {}).get("Objects", [])
        return [f"{arn}/{one['Key']}" for one in objects]
    return [f"{arn}/{call.params['Key']}" if "Key" in call.params else arn]


def _securityhub(call: Call) -> list[str]:
    findings = call.params.get("Findings")
    if call.operation == "BatchImportFindings" and findings:
        return sorted({str(finding["ProductArn"]) for finding in findings})
    if call.operation in ("BatchUpdateFindings", "DescribeHub", "GetFindings"):
        return [_arn(call, "securityhub", "hub/default")]
    return ["*"]


def _sns(call: Call) -> list[str]:
    if "Name" in call.params:  # CreateTopic
        return [_arn(call, "sns", call.params["Name"])]
    return [call.params.get("TopicArn") or call.params.get("TargetArn") or "*"]


def _ssm(call: Call) -> list[str]:
    params = call.params
    if "AutomationExecutionId" in params:
        return [_arn(call, "ssm", f"automation-execution/{params['AutomationExecutionId']}")]
    document = params.get("DocumentName") or (
        params.get("Name")
        if call.operation.endswith(("Document", "DocumentDefaultVersion"))
        else ""
    )
    if call.operation == "StartAutomationExecution":
        # https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-setup-identity-based-policies.html
        started = _arn(call, "ssm", "automation-execution/new")
        return [_named(call, "ssm", "document/", params["DocumentName"]), started]
    if document:
        return [_named(call, "ssm", "document/", document)]
    if call.operation.endswith("Parameter"):
        return [_arn(call, "ssm", f"parameter/{params.get('Name', '').lstrip('/')}")]
    return ["*"]


def _logs(call: Call) -> list[str]:
    group, stream = call.params.get("logGroupName"), call.params.get("logStreamName", "")
    # Of a whole group, CloudWatch Logs leaves the name of the stream empty.
    return [_arn(call, "logs", f"log-group:{group}:log-stream:{stream}")] if group else ["*"]


def _sts(call: Call) -> list[str]:
    return [call.params.get("RoleArn", "*")]


def _cloudformation(call: Call) -> list[str]:
    name = call.params.get("StackName")
    return [_named(call, "cloudformation", "stack/", f"{name}/*") if name else "*"]


_RESOURCES: dict[str, Callable[[Call], list[str]]] = {
    "account": _account,
    "cloudformation": _cloudformation,
    "config": _config,
    "iam": _iam,
    "lambda": _lambda,
    "logs": _logs,
    "s3": _s3,
    "securityhub": _securityhub,
    "sns": _sns,
    "ssm": _ssm,
    "sts": _sts,
}
