"""What AWS Config has and accepts: the recorder, results of our type, rules of the same kind."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

from botocore.exceptions import BotoCoreError, ClientError

from .account import Account, code_of, is_denial, shortened
from .findings import Finding, missing, ok, warning
from .regions import enabled, recommended
from .stacks import rule_of_stack
from .wish import Wish

RESOURCE_TYPE = "AWS::IAM::ServerCertificate"
AWS_RULE = "IAM_SERVER_CERTIFICATE_EXPIRATION_CHECK"

# A region that isn't enabled for the account knows nobody's credentials.
_NOT_ENABLED = {
    "AuthFailure",
    "InvalidClientTokenId",
    "OptInRequired",
    "UnrecognizedClientException",
}
_REGIONS_AT_ONCE = 10


def recorder(account: Account, _: Wish) -> Iterator[Finding]:
    """AWS Config takes rules only where a recorder is. For periodic ones it need not be on."""
    client = account.client("config")
    answer = client.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    # Recorders that services keep for themselves don't count.
    recorders = [one for one in answer if not one.get("servicePrincipal")]
    if not recorders:
        yield missing(
            f"AWS Config has no configuration recorder in {account.region}. It accepts no rule "
            "without one.",
            f"Turn on AWS Config in {account.region} (AWS Config, Get started), or deploy in a "
            "region where it is on.",
        )
    for one in recorders:
        if not one["recording"]:
            yield warning(
                f"The configuration recorder {one['name']} is off. The rule runs all the same, as "
                "it is periodic, but AWS Config keeps no inventory.",
                "To turn it on: aws configservice start-configuration-recorder "
                f"--configuration-recorder-name {one['name']}",
            )
        elif str(one.get("lastStatus", "")).upper() == "FAILURE":
            reason = one.get("lastErrorMessage") or one.get("lastErrorCode") or "no reason given"
            yield warning(
                f"The configuration recorder {one['name']} last reported a failure: {reason}",
                "Check its delivery channel and role in the settings of AWS Config.",
            )
        else:
            yield ok(f"AWS Config is recording in {account.region} ({one['name']}).")


def evaluations(account: Account, _: Wish) -> Iterator[Finding]:
    """Whether AWS Config takes results of our resource type. In test mode it records none."""
    # PutEvaluations checks the type: https://github.com/awslabs/aws-config-rdk/issues/290
    evaluation = {
        "ComplianceResourceType": RESOURCE_TYPE,
        "ComplianceResourceId": "certsweep-preflight",
        "ComplianceType": "COMPLIANT",
        "OrderingTimestamp": datetime.now(timezone.utc),
    }
    try:
        answer = account.client("config").put_evaluations(
            Evaluations=[evaluation], ResultToken="TESTMODE", TestMode=True
        )
    except ClientError as error:
        if code_of(error) != "InvalidParameterValueException":
            raise
        yield _refused(account, shortened(error))
        return
    if answer.get("FailedEvaluations"):
        yield _refused(account, "PutEvaluations lists it in FailedEvaluations.")
    else:
        yield ok(f"AWS Config accepts a result for {RESOURCE_TYPE} in test mode.")


def _refused(account: Account, answer: str) -> Finding:
    return missing(
        f"AWS Config in {account.region} refuses results for {RESOURCE_TYPE}: {answer}",
        f"Deploy in {recommended(account)}.",
    )


def rule_name(account: Account, wish: Wish) -> Iterator[Finding]:
    """Whether the rule's name is free in this region."""
    name = wish.parameters["RuleName"]
    if not _has_rule(account, name, account.region):
        yield ok(f"The rule name {name} is available.")
    elif rule_of_stack(account, wish.stack) == name:
        yield ok(f"The rule {name} belongs to this stack.")
    else:
        yield missing(
            f"A Config rule {name} already exists in {account.region}. It does not belong to the "
            f"stack {wish.stack}.",
            "Remove that rule, name the STACK that it belongs to, or set the parameter RuleName.",
        )


def aws_rules(account: Account, _: Wish) -> Iterator[Finding]:
    """AWS's own rule, which counts each certificate a second time."""
    pages = account.client("config").get_paginator("describe_config_rules").paginate()
    names = [
        rule["ConfigRuleName"]
        for page in pages
        for rule in page["ConfigRules"]
        # Those that Security Hub made are a matter of its control.
        if rule["Source"].get("SourceIdentifier") == AWS_RULE and not rule.get("CreatedBy")
    ]
    if names:
        yield warning(
            f"AWS's managed rule is on and also reports expired certificates: {', '.join(names)}.",
            "Delete it. Otherwise AWS Config shows each expired certificate twice.",
        )
    else:
        yield ok(
            "AWS's managed rule for expired certificates is off. No certificate is reported twice."
        )


def other_regions(account: Account, wish: Wish) -> Iterator[Finding]:
    """Whether the rule runs elsewhere too, and which regions can't be asked."""
    name = wish.parameters["RuleName"]
    regions = [region for region in enabled(account) if region != account.region]

    def look(region: str) -> bool | Exception:
        try:
            return _has_rule(account, name, region)
        except (BotoCoreError, ClientError) as error:
            found: Exception = error
            return found

    with ThreadPoolExecutor(_REGIONS_AT_ONCE) as pool:
        answers = dict(zip(regions, pool.map(look, regions), strict=True))
    found = [region for region, answer in answers.items() if answer is True]
    denied = [region for region, answer in answers.items() if _is_denied(answer)]
    failed = {
        region: answer
        for region, answer in answers.items()
        if isinstance(answer, Exception) and not _is_denied(answer) and not _is_off(answer)
    }
    if found:
        yield warning(
            f"A Config rule {name} also exists in {', '.join(found)}. IAM is global, so each "
            "certificate would be reported and charged once for each region.",
            "Keep one of them, and remove the others: AWS_DEFAULT_REGION=... make undeploy",
        )
    else:
        yield ok(f"No rule {name} was found in any other region ({len(regions)} in all).")
    if denied and not wish.parameters.get("UsageRegions"):
        yield warning(
            f"You may not call AWS Config in {', '.join(denied)}. If an organization policy denies "
            "these regions, the functions can't search them either. If a region can't be searched, "
            "no certificate is removed.",
            "If so, list the regions to search: PARAMETERS='UsageRegions=...'",
        )
    for region, error in failed.items():
        yield warning(f"Could not call AWS Config in {region}: {error}")


def _has_rule(account: Account, name: str, region: str) -> bool:
    try:
        account.client("config", region).describe_config_rules(ConfigRuleNames=[name])
    except ClientError as error:
        if code_of(error) == "NoSuchConfigRuleException":
            return False
        raise
    return True


def _is_denied(answer: bool | Exception) -> bool:
    return isinstance(answer, Exception) and is_denial(answer)


def _is_off(answer: Exception) -> bool:
    return isinstance(answer, ClientError) and code_of(answer) in _NOT_ENABLED
