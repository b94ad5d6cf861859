"""The runbook's structure, in all the forms in which it is deployed."""

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from .choices import APPROVERS, TOPIC, Choices, possible_choices
from .linters import PARTITIONS
from .runbook import Document, problems, steps
from .scripts import Script, scripts
from .scripts import problems as script_problems
from .template import text

Deployed = Callable[..., Document]

FULL = Choices(approvers=True, bucket=True)
PATHS = {
    Choices(): ["inspect", "decide", "remove", "reevaluate", "conclude"],
    Choices(approvers=True): ["inspect", "decide", "approve", "remove", "reevaluate", "conclude"],
    Choices(bucket=True): ["inspect", "decide", "backUp", "remove", "reevaluate", "conclude"],
    FULL: ["inspect", "decide", "approve", "backUp", "remove", "reevaluate", "conclude"],
    Choices(automatic=True): ["inspect", "decide", "remove", "reevaluate", "conclude"],
    Choices(automatic=True, bucket=True): [
        *("inspect", "decide", "backUp", "remove", "reevaluate", "conclude")
    ],
}


@pytest.mark.parametrize("choices", PATHS, ids=str)
def test_the_steps_are_those_that_were_chosen_in_the_order_that_is_safe(
    runbook: Deployed, choices: Choices
) -> None:
    assert [step["name"] for step in steps(runbook(choices))] == PATHS[choices]


def test_nothing_is_wrong_with_it_whatever_is_chosen(runbook: Deployed) -> None:
    # Many choices make the same runbook.
    different = {json.dumps(runbook(choices)): choices for choices in possible_choices()}
    assert len(different) > len(PATHS)
    for document, choices in different.items():
        assert problems(json.loads(document)) == [], choices


@pytest.mark.parametrize("region", PARTITIONS)
def test_nothing_is_wrong_with_it_in_any_partition(runbook: Deployed, region: str) -> None:
    assert problems(runbook(partition=PARTITIONS[region], region=region)) == []


@pytest.mark.parametrize("choices", PATHS, ids=str)
def test_nothing_is_wrong_with_its_scripts(runbook: Deployed, choices: Choices) -> None:
    for script in scripts(runbook(choices)).values():
        assert script_problems(script) == []


def test_the_caller_chooses_the_certificate_and_the_dry_run_alone(runbook: Deployed) -> None:
    assert runbook().get("parameters", {}).keys() == {
        "ServerCertificate",
        "DryRun",
        "AutomationAssumeRole",
    }


def test_the_backup_is_the_last_step_before_the_removal(runbook: Deployed) -> None:
    names = [step["name"] for step in steps(runbook(FULL))]
    assert names.index("backUp") == names.index("remove") - 1
    by_name = {step["name"]: step for step in steps(runbook(FULL))}
    for name in ("inspect", "approve", "backUp", "remove"):
        assert by_name[name].get("onFailure", "Abort") == "Abort"
        assert by_name[name].get("isCritical", True)


def test_nothing_is_deleted_unless_it_is_deletable_and_no_dry_run(runbook: Deployed) -> None:
    for choices, path in PATHS.items():
        (decide,) = steps(runbook(choices), "aws:branch")
        deletable, gone = decide["inputs"]["Choices"]
        no_dry_run = {"Variable": "{{ DryRun }}", "StringEquals": "false"}
        # To the first step after it, so that neither approval nor backup is passed over.
        assert deletable["NextStep"] == path[path.index("decide") + 1]
        assert deletable["And"] == [
            {"Variable": "{{ inspect.Deletable }}", "StringEquals": "true"},
            no_dry_run,
        ]
        assert gone["NextStep"] == "remove"
        assert gone["And"] == [
            {"Variable": "{{ inspect.Found }}", "StringEquals": "false"},
            no_dry_run,
        ]
        assert decide["inputs"]["Default"] == "conclude"


def test_a_failed_reevaluation_does_not_fail_the_run(runbook: Deployed) -> None:
    (step,) = (step for step in steps(runbook()) if step["name"] == "reevaluate")
    assert step["onFailure"] == "Continue"
    assert step["isCritical"] is False
    assert step["isEnd"] is True


def test_approval_waits_a_day_at_most_for_those_who_were_named(runbook: Deployed) -> None:
    (step,) = steps(runbook(Choices(approvers=True, topic=True)), "aws:approve")
    assert step["timeoutSeconds"] <= 86_400
    assert step["inputs"]["Approvers"] == APPROVERS.split(",")
    assert step["inputs"]["NotificationArn"] == TOPIC


def test_systems_manager_completes_the_names_of_approvers(runbook: Deployed) -> None:
    account = "arn:{{ global:AWS_PARTITION }}:iam::{{ global:ACCOUNT_ID }}"
    (step,) = steps(runbook(Choices(approvers=True, central=True)), "aws:approve")
    assert step["inputs"]["Approvers"] == [f"{account}:role/security", f"{account}:user/auditor"]


def test_a_refusal_succeeds_only_where_config_would_give_up_after_failures(
    runbook: Deployed,
) -> None:
    for automatic, expected in ((False, "Fail"), (True, "Succeed")):
        deployed = scripts(runbook(Choices(automatic=automatic)))
        for name in ("remove", "conclude"):
            assert deployed[name].payload["OnRefusal"] == expected


def test_scripts_wait_longer_than_the_functions_that_they_call(
    runbook: Deployed, template: dict[str, Any]
) -> None:
    timeouts = {
        template["Resources"][name]["Properties"]["Timeout"]
        for name in ("InspectFunction", "RemoveFunction")
    }
    for name in ("inspect", "remove"):
        source = scripts(runbook())[name].source
        read, attempts = (
            int(re.findall(rf'{one}"?[=:] ?(\d+)', source)[0])
            for one in ("read_timeout", "total_max_attempts")
        )
        assert max(timeouts) < read
        # boto3 pauses for a random part of 1, 2, 4, ... and at most 20 seconds between attempts:
        # half of that on average, and hardly ever more than three quarters.
        pauses = sum(min(2**number, 20) for number in range(attempts - 1))
        assert max(timeouts) + 0.75 * pauses < 600


def test_the_backup_gives_up_before_its_step_is_ended(runbook: Deployed) -> None:
    deployed = runbook(Choices(bucket=True))
    source = scripts(deployed)["backUp"].source
    connect, read, attempts = (
        int(re.findall(rf'{name}"?[=:] ?(\d+)', source)[0])
        for name in ("connect_timeout", "read_timeout", "total_max_attempts")
    )
    calls = len(re.findall(r"raise failure\(", source))
    (step,) = (one for one in deployed["mainSteps"] if one["name"] == "backUp")
    assert calls * attempts * (connect + read) < step["timeoutSeconds"]


CERTIFICATES = {
    "www-2018": True,
    "a+b=c,d.e@f_g-h": True,
    "n" * 128: True,
    "ASCAIOSFODNN7EXAMPLE1": True,
    # Of AWS's own guide:
    # https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/configuring-https-ssl-upload.html
    "AS5YBEIONO2Q7CAIHKNGC": True,
    "arn:aws:iam::123456789012:server-certificate/www": True,
    "arn:aws-us-gov:iam::123456789012:server-certificate/a/path/www@example.com": True,
    "arn:aws-cn:iam::123456789012:server-certificate/cloudfront/www": True,
    "": False,
    "n" * 129: False,
    "two words": False,
    "a/path/www": False,
    "arn:aws:acm:eu-west-1:123456789012:certificate/x": False,
    "www\n": False,
    "{{ global:REGION }}": False,
    '"; rm': False,
}


@pytest.mark.parametrize("certificate", CERTIFICATES)
def test_certificates_are_admitted_as_iam_calls_them(runbook: Deployed, certificate: str) -> None:
    pattern = runbook()["parameters"]["ServerCertificate"]["allowedPattern"]
    # SSM uses Java's regular expressions: "$" alone would not admit a line's end there.
    assert bool(re.fullmatch(pattern.strip("^$"), certificate)) is CERTIFICATES[certificate]


def test_the_description_answers_an_auditors_questions(runbook: Deployed) -> None:
    description = runbook()["description"]
    for question in ("What happens.", "What can't be undone.", "What a refusal means."):
        assert f"**{question}**" in description


def test_the_source_says_what_cloudformation_fills_in() -> None:
    assert "Fn::If" in text().split("DeleteExpiredServerCertificate:")[1]


# --- What is noticed ------------------------------------------------------------------------------


def step_of(document: Document, name: str) -> dict[str, Any]:
    return next(step for step in steps(document) if step["name"] == name)


BROKEN: dict[str, tuple[Callable[[Document], Any], str]] = {
    "another schema version": (lambda d: d.update(schemaVersion="2.2"), "0.3"),
    "no description": (lambda d: d.pop("description"), "description"),
    "an unknown part": (lambda d: d.update(steps=[]), "steps"),
    "an unknown action": (lambda d: step_of(d, "remove").update(action="aws:run"), "aws:run"),
    "an unknown runtime": (
        lambda d: step_of(d, "remove")["inputs"].update(Runtime="python3.8"),
        "python3.11",
    ),
    "a script that is given too long": (
        lambda d: step_of(d, "remove").update(timeoutSeconds=601),
        "600",
    ),
    "a script without a limit": (
        lambda d: step_of(d, "remove").pop("timeoutSeconds"),
        "timeoutSeconds",
    ),
    "an approval of two days": (
        lambda d: step_of(d, "approve").update(timeoutSeconds=2 * 86_400),
        "86400",
    ),
    "an approval that nobody hears of": (
        lambda d: step_of(d, "approve")["inputs"].pop("NotificationArn"),
        "NotificationArn",
    ),
    "an approval by nobody": (
        lambda d: step_of(d, "approve")["inputs"].update(Approvers=[]),
        "should be non-empty",
    ),
    "a variable in a script": (
        lambda d: step_of(d, "remove")["inputs"].update(Script="x = '{{ DryRun }}'"),
        "{{",
    ),
    "an unknown comparison": (
        lambda d: step_of(d, "decide")["inputs"]["Choices"][0]["And"][0].update(IsTrue=True),
        "IsTrue",
    ),
    "a comparison with a Boolean, which CloudFormation makes a text": (
        lambda d: step_of(d, "decide")["inputs"]["Choices"][0]["And"].append(
            {"Variable": "{{ DryRun }}", "BooleanEquals": False}
        ),
        "BooleanEquals",
    ),
    "a branch that goes on with what it didn't foresee": (
        lambda d: step_of(d, "decide")["inputs"].pop("Default"),
        "Default",
    ),
    "a number of approvals, which CloudFormation makes a text": (
        lambda d: step_of(d, "approve")["inputs"].update(MinRequiredApprovals=1),
        "MinRequiredApprovals",
    ),
    "an unknown type of output": (
        lambda d: step_of(d, "remove")["outputs"][0].update(Type="Text"),
        "Text",
    ),
    "an unknown onFailure": (lambda d: step_of(d, "remove").update(onFailure="Stop"), "Stop"),
    "a jump, which no step of it makes": (
        lambda d: step_of(d, "inspect").update(nextStep="conclude"),
        "nextStep",
    ),
    "a parameter without a pattern": (
        lambda d: d["parameters"]["DryRun"].pop("allowedPattern"),
        "allowedPattern",
    ),
    "a default that isn't allowed": (
        lambda d: d["parameters"]["DryRun"].update(default="no", allowedPattern="^.*$"),
        "not found in [true, false]",
    ),
    "a default that doesn't match": (
        lambda d: d["parameters"]["AutomationAssumeRole"].update(default="role"),
        "not matching",
    ),
    "two steps of one name": (
        lambda d: d["mainSteps"].append(copy.deepcopy(step_of(d, "reevaluate"))),
        "two steps",
    ),
    "a choice that leads nowhere": (
        lambda d: step_of(d, "decide")["inputs"]["Choices"][0].update(NextStep="nowhere"),
        "nowhere",
    ),
    "a default that leads nowhere": (
        lambda d: step_of(d, "decide")["inputs"].update(Default="nowhere"),
        "nowhere",
    ),
    "a step that is never reached": (
        lambda d: step_of(d, "inspect").update(isEnd=True),
        "never reached",
    ),
    "an unknown parameter": (
        lambda d: step_of(d, "remove")["inputs"]["InputPayload"].update(OnRefusal="{{ Refusal }}"),
        "{{ Refusal }}",
    ),
    "an output that nobody declared": (
        lambda d: step_of(d, "remove")["inputs"]["InputPayload"].update(
            OnRefusal="{{ inspect.X }}"
        ),
        "inspect.X",
    ),
    "an output of a later step": (
        lambda d: step_of(d, "inspect")["inputs"]["InputPayload"].update(
            Request="{{ remove.Outcome }}"
        ),
        "remove.Outcome",
    ),
    "an output of the run that no step has": (
        lambda d: d["outputs"].append("remove.Nothing"),
        "remove.Nothing",
    ),
    "an output that nobody uses": (lambda d: d["outputs"].remove("remove.Reason"), "used nowhere"),
    "a role that is no parameter": (lambda d: d.update(assumeRole="{{ Role }}"), "no parameter"),
    "a map compared with a text": (
        lambda d: step_of(d, "decide")["inputs"]["Choices"][1]["And"][0].update(
            Variable="{{ inspect.Verdict }}"
        ),
        "compared with a String",
    ),
    "a document that is too long": (
        lambda d: d.update(description="x" * 65_536),
        "65536 at most",
    ),
}


@pytest.mark.parametrize("flaw", BROKEN)
def test_noticed_is(runbook: Deployed, flaw: str) -> None:
    document = runbook(FULL)
    break_it, hint = BROKEN[flaw]
    break_it(document)
    found = problems(document)
    assert any(hint in problem for problem in found), found


GOOD_SOURCE = """\
import boto3


def handle(events, context):
    client = boto3.client("s3")
    client.put_object(Bucket=events["Bucket"], Key="key")
"""
BROKEN_SCRIPTS = {
    "a syntax error": ("def handle(", "def (", "invalid syntax"),
    "no handler": ("def handle(", "def handler(", "no function handle"),
    "other arguments": ("(events, context)", "(events)", "events and context"),
    "a fixed region": ('client("s3")', 'client("s3", region_name="eu-west-1")', "region_name"),
    "an input that isn't passed": ('events["Bucket"]', 'events["Name"]', "no Name"),
    "an input that isn't read": ('events["Bucket"]', '"backups"', "not read"),
    "a name that isn't defined": ('"key"', "key", "F821"),
}


def test_a_good_script_is_good() -> None:
    script = Script("step", GOOD_SOURCE, "handle", {"Bucket": "backups"})
    assert script_problems(script) == []


@pytest.mark.parametrize("flaw", BROKEN_SCRIPTS)
def test_noticed_in_a_script_is(flaw: str) -> None:
    old, new, hint = BROKEN_SCRIPTS[flaw]
    assert old in GOOD_SOURCE
    source = GOOD_SOURCE.replace(old, new)
    found = script_problems(Script("step", source, "handle", {"Bucket": "backups"}))
    assert any(hint in problem for problem in found), found
