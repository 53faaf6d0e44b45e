"""Sends a job with boto3 and waits for its result.

    npx tensorfleet local           # in one terminal: the worker; it prints `export` lines
    pip install boto3
    python examples/send_job.py     # in another one, after these export lines

In AWS, JOB_QUEUE_URL and ARTIFACT_BUCKET are outputs of the stack, and AWS_ENDPOINT_URL is not set.
"""

import json
import os
import sys
import time
import uuid

import boto3

sqs = boto3.client("sqs")
s3 = boto3.client("s3")

job = {
    "job_id": str(uuid.uuid4()),
    "algorithm": "random_forest",
    "dataset_path": "iris",
    "target_column": "target",
    "hyperparameters": {"n_estimators": 50, "max_depth": 4},
}
sqs.send_message(QueueUrl=os.environ["JOB_QUEUE_URL"], MessageBody=json.dumps(job))

while True:
    try:
        answer = s3.get_object(Bucket=os.environ["ARTIFACT_BUCKET"], Key=f"jobs/{job['job_id']}/result.json")
        break
    except s3.exceptions.NoSuchKey:
        time.sleep(0.5)

result = json.load(answer["Body"])
if result["status"] == "completed":
    print(f"{result['model_name']} {result['version']}: accuracy {result['metrics']['accuracy']:.3f}")
else:
    sys.exit(f"{result.get('error_code')}: {result['error']}")
