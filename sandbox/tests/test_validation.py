import botocore.session

from ..wire.validation import violations


def test_names_in_a_map_are_checked_as_its_values_are() -> None:
    model = botocore.session.get_session().get_service_model("ssm")
    shape = model.operation_model("StartAutomationExecution").input_shape
    name = "n" * 51
    request = {"DocumentName": "runbook", "Parameters": {name: ["value"]}}
    assert violations(shape, request) == [
        f"Value '{{{name}=['value']}}' at 'parameters' failed to satisfy constraint: Map keys must "
        "satisfy constraint: [Member must have length less than or equal to 50, Member must have "
        "length greater than or equal to 1]"
    ]
    assert violations(shape, request | {"Parameters": {name[:50]: ["value"]}}) == []
