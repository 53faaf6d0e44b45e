"""What an AWS account holds, as JSON. The environment has its endpoint and credentials.

python account.py inventory         the names of what stacks make, by kind
python account.py topic-policy ARN  the policy of a topic
python account.py ring NAME         puts an alarm into the state ALARM
"""

import json
import sys

import boto3

# Service, operation, where the answer has the things, and the name of each.
KINDS = {
    "alarms": ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    "api destinations": ("events", "list_api_destinations", "ApiDestinations", "Name"),
    "buckets": ("s3", "list_buckets", "Buckets", "Name"),
    "connections": ("events", "list_connections", "Connections", "Name"),
    "dashboards": ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    "event source mappings": ("lambda", "list_event_source_mappings", "EventSourceMappings", "UUID"),
    "functions": ("lambda", "list_functions", "Functions", "FunctionName"),
    "keys": ("kms", "list_keys", "Keys", "KeyId"),
    "log groups": ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    "parameters": ("ssm", "describe_parameters", "Parameters", "Name"),
    "policies": ("iam", "list_policies", "Policies", "PolicyName"),
    "queues": ("sqs", "list_queues", "QueueUrls", None),
    "roles": ("iam", "list_roles", "Roles", "RoleName"),
    "rules": ("events", "list_rules", "Rules", "Name"),
    "secrets": ("secretsmanager", "list_secrets", "SecretList", "Name"),
    "stacks": ("cloudformation", "describe_stacks", "Stacks", "StackName"),
    "topics": ("sns", "list_topics", "Topics", "TopicArn"),
}
# The policies of AWS itself are not the account's.
ARGUMENTS = {"policies": {"Scope": "Local"}}


def pages(client, operation, arguments):
    if client.can_paginate(operation):
        return client.get_paginator(operation).paginate(**arguments)
    return [getattr(client, operation)(**arguments)]


def names_of(kind):
    service, operation, field, name = KINDS[kind]
    found = [
        each
        for page in pages(boto3.client(service), operation, ARGUMENTS.get(kind, {}))
        for each in page.get(field, [])
    ]
    if kind == "keys":
        kms = boto3.client("kms")
        states = {each["KeyId"]: kms.describe_key(KeyId=each["KeyId"])["KeyMetadata"]["KeyState"] for each in found}
        # CloudFormation deletes a key after a time in which it can be had back.
        found = [each for each in found if states[each["KeyId"]] != "PendingDeletion"]
    return sorted(each if name is None else each[name] for each in found)


def run(command, *arguments):
    if command == "inventory":
        return {kind: names_of(kind) for kind in KINDS}
    if command == "topic-policy":
        attributes = boto3.client("sns").get_topic_attributes(TopicArn=arguments[0])["Attributes"]
        return json.loads(attributes["Policy"])
    boto3.client("cloudwatch").set_alarm_state(AlarmName=arguments[0], StateValue="ALARM", StateReason="a test")
    return None


print(json.dumps(run(*sys.argv[1:])))
