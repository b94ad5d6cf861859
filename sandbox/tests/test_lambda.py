from __future__ import annotations

import base64
import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.client import Rule, Sandbox, SandboxError

from .conftest import PROBE, error_of, is_running


def invoke(sandbox: Sandbox, event: Any, **request: Any) -> Any:
    answer = sandbox.client("lambda").invoke(
        FunctionName="probe", Payload=json.dumps(event).encode(), **request
    )
    answer["Payload"] = json.loads(answer["Payload"].read() or b"null")
    return answer


def redeploy(sandbox: Sandbox, **configuration: Any) -> None:
    sandbox.client("lambda").update_function_configuration(FunctionName="probe", **configuration)


@pytest.mark.usefixtures("rule")
class TestInvoke:
    def test_function_gets_the_event_and_its_answer_comes_back(self, sandbox: Sandbox) -> None:
        answer = invoke(sandbox, {})
        assert answer["StatusCode"] == 200
        assert answer["ExecutedVersion"] == "$LATEST"
        assert "FunctionError" not in answer
        assert answer["Payload"]["requestId"] == sandbox.invocations()[-1]["request_id"]
        assert answer["Payload"]["arn"].endswith(":function:probe")
        assert 899_000 < answer["Payload"]["remainingMillis"] <= 900_000

    def test_warm_process_is_used_again(self, sandbox: Sandbox) -> None:
        first, second = invoke(sandbox, {}), invoke(sandbox, {})
        assert second["Payload"]["invocations"] == first["Payload"]["invocations"] + 1
        assert not sandbox.invocations()[-1]["cold"]

    def test_calls_one_after_the_other_stay_in_one_process_though_there_are_more(
        self, sandbox: Sandbox
    ) -> None:
        with ThreadPoolExecutor(4) as pool:
            while len({one["process_id"] for one in sandbox.invocations()}) == 1:
                list(pool.map(lambda _: invoke(sandbox, {}), range(8)))
        sandbox.clear_invocations()
        for _ in range(3):
            invoke(sandbox, {})
        assert len({one["process_id"] for one in sandbox.invocations()}) == 1

    def test_process_outlives_resets_until_seven_others_have_started(
        self, sandbox: Sandbox, probe_zip: Path
    ) -> None:
        sandbox.reset(cold=True)
        sandbox.deploy_rule(probe_zip, function_name="probe", handler=PROBE)
        process = sandbox.invocations()[-1]["process_id"]
        sandbox.reset()
        sandbox.deploy_rule(probe_zip, function_name="probe", handler=PROBE)
        assert sandbox.invocations()[-1]["process_id"] == process
        for number in range(7):
            assert is_running(process)
            sandbox.reset()
            sandbox.deploy_rule(probe_zip, function_name=f"other-{number}", handler=PROBE)
        assert not is_running(process)

    def test_process_of_another_function_stays_warm(
        self, sandbox: Sandbox, probe_zip: Path
    ) -> None:
        invoke(sandbox, {})
        sandbox.deploy_function(probe_zip, "neighbour", handler=PROBE)
        sandbox.client("lambda").invoke(FunctionName="neighbour", Payload=b"{}")
        assert sandbox.invocations()[-1]["cold"]
        invoke(sandbox, {})
        assert not sandbox.invocations()[-1]["cold"]

    def test_new_configuration_takes_a_new_process(self, sandbox: Sandbox) -> None:
        invoke(sandbox, {})
        redeploy(sandbox, Environment={"Variables": {"A": "1"}})
        assert invoke(sandbox, {"do": "environment"})["Payload"]["A"] == "1"
        assert sandbox.invocations()[-1]["cold"]

    def test_configuration_that_comes_back_finds_its_process(self, sandbox: Sandbox) -> None:
        invoke(sandbox, {})
        process = sandbox.invocations()[-1]["process_id"]
        redeploy(sandbox, Environment={"Variables": {"A": "1"}})
        invoke(sandbox, {})
        redeploy(sandbox, Environment={"Variables": {}})
        assert "A" not in invoke(sandbox, {"do": "environment"})["Payload"]
        assert sandbox.invocations()[-1]["process_id"] == process

    def test_process_that_ended_while_it_was_idle_is_not_used_again(self, sandbox: Sandbox) -> None:
        invoke(sandbox, {})
        process = sandbox.invocations()[-1]["process_id"]
        os.kill(process, signal.SIGKILL)
        # The sandbox may not have noticed yet.
        while "FunctionError" in (answer := invoke(sandbox, {})):
            pass
        assert answer["Payload"]["invocations"] == 1
        assert sandbox.invocations()[-1]["cold"]

    def test_new_code_takes_a_new_process(self, sandbox: Sandbox, tmp_path: Path) -> None:
        invoke(sandbox, {})
        empty = tmp_path / "empty.zip"
        empty.write_bytes(b"PK\x05\x06" + bytes(18))
        sandbox.client("lambda").update_function_code(
            FunctionName="probe", ZipFile=empty.read_bytes()
        )
        answer = invoke(sandbox, {})
        assert answer["FunctionError"] == "Unhandled"
        assert "Probe" in answer["Payload"]["errorMessage"]

    def test_code_lies_as_in_lambda(self, sandbox: Sandbox) -> None:
        directory, has_library = invoke(sandbox, {"do": "layout"})["Payload"].split()
        environment = invoke(sandbox, {"do": "environment"})["Payload"]
        assert directory == environment["LAMBDA_TASK_ROOT"]
        assert has_library == "true"

    def test_environment_is_lambda_s_and_nothing_leaks_in(self, sandbox: Sandbox) -> None:
        environment = invoke(sandbox, {"do": "environment"})["Payload"]
        assert environment["AWS_REGION"] == "eu-west-1"
        assert environment["AWS_ENDPOINT_URL"] == sandbox.endpoint
        assert environment["AWS_ACCESS_KEY_ID"].startswith("ASIA")
        assert environment["AWS_SESSION_TOKEN"]
        assert environment["TZ"] == ":UTC"
        lambda_s = ("AWS_", "_", "LAMBDA_", "LANG", "PATH", "TZ", "LD_LIBRARY_PATH", "NLSPATH")
        assert [name for name in environment if not name.startswith(lambda_s)] == []

    def test_exception_is_an_unhandled_error(self, sandbox: Sandbox) -> None:
        answer = invoke(sandbox, {"do": "fail"})
        assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
        assert answer["Payload"]["errorType"] == "java.lang.IllegalStateException"
        assert answer["Payload"]["errorMessage"] == "As told."
        assert invoke(sandbox, {})["Payload"]["invocations"] > 1

    def test_stack_trace_is_in_the_log_of_its_own_invocation(self, sandbox: Sandbox) -> None:
        for step in ("fail", ""):
            invoke(sandbox, {"do": step})
        failed, next_one = sandbox.invocations("probe")[-2:]
        assert "\tat Probe." in failed["log"]
        assert "\tat Probe." not in next_one["log"]

    def test_exit_is_an_error_and_the_next_invocation_starts_afresh(self, sandbox: Sandbox) -> None:
        answer = invoke(sandbox, {"do": "exit"})
        assert answer["Payload"]["errorType"] == "Runtime.ExitError"
        assert answer["Payload"]["errorMessage"].endswith("exit status 3")
        assert invoke(sandbox, {})["Payload"]["invocations"] == 1

    def test_timeout_ends_the_process(self, sandbox: Sandbox) -> None:
        redeploy(sandbox, Timeout=1)
        answer = invoke(sandbox, {"do": "hang"})
        assert answer["Payload"]["errorType"] == "Sandbox.Timedout"
        assert "Task timed out after 1.00 seconds" in answer["Payload"]["errorMessage"]
        invocation = sandbox.invocations()[-1]
        assert f"Z {invocation['request_id']} Task timed out after 1.00" in invocation["log"]
        assert invoke(sandbox, {})["Payload"]["invocations"] == 1

    def test_tail_of_the_log_is_answered_on_request(self, sandbox: Sandbox) -> None:
        assert "LogResult" not in invoke(sandbox, {})
        answer = invoke(sandbox, {"say": "hello"}, LogType="Tail")
        log = base64.b64decode(answer["LogResult"]).decode().splitlines()
        assert log[0].startswith("START RequestId: ")
        assert log[1] == "hello"
        assert log[2].startswith("END RequestId: ")
        assert "Memory Size: 256 MB\tMax Memory Used: " in log[3]

    def test_log_of_each_invocation_is_its_own(self, sandbox: Sandbox) -> None:
        for word in ("one", "two"):
            invoke(sandbox, {"say": word})
        one, two = sandbox.invocations("probe")[-2:]
        assert "one" in one["log"]
        assert "one" not in two["log"]

    def test_log_is_in_cloudwatch_logs_too(self, sandbox: Sandbox) -> None:
        invoke(sandbox, {"say": "hello"})
        logs = sandbox.client("logs")
        events = logs.filter_log_events(logGroupName="/aws/lambda/probe")["events"]
        assert "hello" in [event["message"] for event in events]

    def test_embedded_metrics_are_found_in_the_log(self, sandbox: Sandbox) -> None:
        invoke(sandbox, {"do": "metric"})
        assert sandbox.invocations()[-1]["metrics"] == [
            {
                "namespace": "N",
                "name": "M",
                "unit": "Count",
                "value": 7,
                "dimensions": {"D": "d"},
                "timestamp": 1,
            }
        ]

    def test_without_a_log_there_are_no_metrics(self, sandbox: Sandbox, probe_zip: Path) -> None:
        sandbox.deploy_function(probe_zip, "mute", handler=PROBE)
        functions = sandbox.client("lambda")
        functions.invoke(FunctionName="mute", Payload=json.dumps({"do": "metric"}).encode())
        (invocation,) = sandbox.invocations("mute")
        assert '{"_aws":' in invocation["log"]
        assert invocation["metrics"] == []

    def test_peak_memory_is_reported(self, sandbox: Sandbox) -> None:
        invoke(sandbox, {})
        assert 10 < sandbox.invocations()[-1]["max_memory_mb"] < 256

    def test_dry_run_does_nothing(self, sandbox: Sandbox) -> None:
        before = len(sandbox.invocations())
        assert invoke(sandbox, {}, InvocationType="DryRun")["StatusCode"] == 204
        assert len(sandbox.invocations()) == before

    def test_event_is_answered_at_once(self, sandbox: Sandbox) -> None:
        answer = invoke(sandbox, {}, InvocationType="Event")
        assert (answer["StatusCode"], answer["Payload"]) == (202, None)

    def test_payload_that_is_not_json_is_refused(self, sandbox: Sandbox) -> None:
        with pytest.raises(ClientError) as raised:
            sandbox.client("lambda").invoke(FunctionName="probe", Payload=b"{")
        assert error_of(raised) == ("InvalidRequestContentException", 400)

    def test_too_large_an_event_is_refused(self, sandbox: Sandbox) -> None:
        with pytest.raises(ClientError) as raised:
            invoke(sandbox, "x" * 1024 * 1024, InvocationType="Event")
        assert error_of(raised) == ("RequestTooLargeException", 413)


def test_unknown_function_is_not_found(sandbox: Sandbox) -> None:
    with pytest.raises(ClientError) as raised:
        sandbox.client("lambda").invoke(FunctionName="gone")
    assert error_of(raised) == ("ResourceNotFoundException", 404)


def test_handler_that_is_not_there_is_an_error(sandbox: Sandbox, probe_zip: Path) -> None:
    rule = sandbox.deploy_rule(probe_zip, function_name="other", handler="Gone::handleRequest")
    assert "Gone" in sandbox.deliveries(rule)[0]["invocation"]["payload"]["errorMessage"]


def test_function_runs_no_more_often_at_once_than_reserved(
    sandbox: Sandbox, probe_zip: Path
) -> None:
    rule = sandbox.deploy_rule(probe_zip, function_name="probe", handler=PROBE, timeout=1)
    functions = sandbox.client("lambda")
    functions.put_function_concurrency(FunctionName="probe", ReservedConcurrentExecutions=1)
    arn = functions.get_function(FunctionName="probe")["Configuration"]["FunctionArn"]
    sandbox.put_rule(rule, arn, {"do": "hang"})  # keeps the only process busy for a second
    with pytest.raises(ClientError) as raised:
        _invoke_until_refused(sandbox)
    assert error_of(raised) == ("TooManyRequestsException", 429)
    assert raised.value.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    sandbox.wait(rule)


@pytest.mark.usefixtures("rule")
def test_function_with_a_reservation_of_zero_does_not_run(sandbox: Sandbox) -> None:
    functions = sandbox.client("lambda")
    functions.put_function_concurrency(FunctionName="probe", ReservedConcurrentExecutions=0)
    before = len(sandbox.invocations())
    with pytest.raises(ClientError) as raised:
        invoke(sandbox, {})
    assert error_of(raised) == ("TooManyRequestsException", 429)
    assert raised.value.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert len(sandbox.invocations()) == before
    functions.delete_function_concurrency(FunctionName="probe")
    assert invoke(sandbox, {})["StatusCode"] == 200


def test_evaluation_by_a_function_with_a_reservation_of_zero_fails(
    sandbox: Sandbox, rule: Rule
) -> None:
    sandbox.client("lambda").put_function_concurrency(
        FunctionName="probe", ReservedConcurrentExecutions=0
    )
    with pytest.raises(SandboxError, match="Rate Exceeded"):
        sandbox.evaluate(rule)


def _invoke_until_refused(sandbox: Sandbox) -> None:
    while True:  # the busy process may not have begun yet
        invoke(sandbox, {})
