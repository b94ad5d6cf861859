"""The resource types that the sandbox creates."""

from __future__ import annotations

from .cloudwatch import AlarmHandler
from .config import ConfigRuleHandler, RemediationHandler
from .events import EventRuleHandler
from .handler import Handler
from .iam import ManagedPolicyHandler, RoleHandler
from .kms import KeyHandler
from .lambda_ import FunctionHandler, PermissionHandler
from .logs import LogGroupHandler
from .sns import SubscriptionHandler, TopicHandler, TopicPolicyHandler
from .ssm import DocumentHandler
from .stack_set import StackSetHandler

HANDLERS: dict[str, Handler] = {
    "AWS::CloudFormation::StackSet": StackSetHandler(),
    "AWS::CloudWatch::Alarm": AlarmHandler(),
    "AWS::Config::ConfigRule": ConfigRuleHandler(),
    "AWS::Config::RemediationConfiguration": RemediationHandler(),
    "AWS::Events::Rule": EventRuleHandler(),
    "AWS::IAM::ManagedPolicy": ManagedPolicyHandler(),
    "AWS::IAM::Role": RoleHandler(),
    "AWS::KMS::Key": KeyHandler(),
    "AWS::Lambda::Function": FunctionHandler(),
    "AWS::Lambda::Permission": PermissionHandler(),
    "AWS::Logs::LogGroup": LogGroupHandler(),
    "AWS::SNS::Subscription": SubscriptionHandler(),
    "AWS::SNS::Topic": TopicHandler(),
    "AWS::SNS::TopicPolicy": TopicPolicyHandler(),
    "AWS::SSM::Document": DocumentHandler(),
}
