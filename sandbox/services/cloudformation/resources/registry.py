"""The resource types that the sandbox creates."""

from __future__ import annotations

from .config import ConfigRuleHandler, DocumentHandler, RemediationHandler
from .handler import Handler
from .iam import AliasHandler, KeyHandler, ManagedPolicyHandler, RoleHandler
from .lambda_ import (
    EventInvokeConfigHandler,
    FunctionHandler,
    LogGroupHandler,
    PermissionHandler,
)
from .s3 import BucketHandler, BucketPolicyHandler
from .sns import (
    AlarmHandler,
    RuleHandler,
    SubscriptionHandler,
    TopicHandler,
    TopicPolicyHandler,
)
from .stack_set import StackSetHandler

HANDLERS: dict[str, Handler] = {
    "AWS::CloudFormation::StackSet": StackSetHandler(),
    "AWS::CloudWatch::Alarm": AlarmHandler(),
    "AWS::Config::ConfigRule": ConfigRuleHandler(),
    "AWS::Config::RemediationConfiguration": RemediationHandler(),
    "AWS::Events::Rule": RuleHandler(),
    "AWS::IAM::ManagedPolicy": ManagedPolicyHandler(),
    "AWS::IAM::Role": RoleHandler(),
    "AWS::KMS::Alias": AliasHandler(),
    "AWS::KMS::Key": KeyHandler(),
    "AWS::Lambda::EventInvokeConfig": EventInvokeConfigHandler(),
    "AWS::Lambda::Function": FunctionHandler(),
    "AWS::Lambda::Permission": PermissionHandler(),
    "AWS::Logs::LogGroup": LogGroupHandler(),
    "AWS::S3::Bucket": BucketHandler(),
    "AWS::S3::BucketPolicy": BucketPolicyHandler(),
    "AWS::SNS::Subscription": SubscriptionHandler(),
    "AWS::SNS::Topic": TopicHandler(),
    "AWS::SNS::TopicPolicy": TopicPolicyHandler(),
    "AWS::SSM::Document": DocumentHandler(),
}
