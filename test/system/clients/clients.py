"""A job sent with boto3; its model read with pymongo, as a user of the original worker would."""
import json, os, time, uuid
import boto3, gridfs, pymongo

endpoint = os.environ["AWS_ENDPOINT_URL"]
sqs, s3 = boto3.client("sqs", endpoint_url=endpoint), boto3.client("s3", endpoint_url=endpoint)
job_id = str(uuid.uuid4())
job = {"job_id": job_id, "algorithm": "decision_tree", "dataset_path": "wine", "hyperparameters": {"max_depth": 4}}
sqs.send_message(QueueUrl=os.environ["JOB_QUEUE_URL"], MessageBody=json.dumps(job))

db = pymongo.MongoClient(os.environ["MONGODB_URL"])[os.environ["MONGODB_DB"]]
for _ in range(600):
    model = db.models.find_one({"job_id": job_id})
    if model and db.jobs.find_one({"_id": job_id}):
        break
    time.sleep(0.1)
else:
    raise SystemExit("no model after 60 s")

result = json.load(s3.get_object(Bucket=os.environ["ARTIFACT_BUCKET"], Key=f"jobs/{job_id}/result.json")["Body"])
assert result["status"] == "completed" and result["model_id"] == str(model["_id"]), result
for field in ("file_id job_id name algorithm hyperparameters metrics version created_at model_type dataset_name "
              "training_duration features target_column status").split():
    assert field in model, field
assert model["name"] == "DefaultJob_decision_tree_wine" and model["model_type"] == "sklearn", model
stored = gridfs.GridFS(db).get(model["file_id"])
body = stored.read()
bucket, key = result["minio_model_id"].removeprefix("s3://").split("/", 1)
assert body == s3.get_object(Bucket=bucket, Key=key)["Body"].read()
assert stored.filename.startswith(f"DefaultJob_decision_tree_wine_{result['version']}."), stored.filename
assert {d["name"] for d in db.datasets.find()} == {"iris", "wine", "diabetes"}
print(f"boto3 and pymongo: {stored.filename}, {len(body)} bytes, accuracy {model['metrics']['accuracy']:.4f}")
