"""Checks with onnx and onnxruntime what write-onnx-cases.ts wrote: python check.py FOLDER"""

import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime

LARGE = 100_000
# So that a batch of thousands of columns or classes does not take minutes and gigabytes.
MOST_VALUES = 20_000_000


def feed(column, rows):
    if column["type"] == "string":
        values = np.array(column["values"], dtype=object)
    else:
        dtype = np.float64 if column["type"] == "double" else np.float32
        values = np.array([np.nan if v is None else v for v in column["values"]], dtype=dtype)
    return values[rows].reshape(-1, 1)


def check(path):
    case = json.loads(path.with_suffix(".json").read_text())
    onnx.checker.check_model(onnx.load(path), full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    props = session.get_modelmeta().custom_metadata_map
    assert {"job_id", "version", "signature"} <= props.keys(), props
    labels = np.array(case["labels"])
    count = len(labels)
    scores = np.array(case["scores"]).reshape(count, -1)
    worst = 0.0
    large = min(LARGE, MOST_VALUES // (len(case["inputs"]) + scores.shape[1]))
    for rows in (np.arange(count), np.array([count // 2]), np.arange(large) % count):
        inputs = {column["name"]: feed(column, rows) for column in case["inputs"]}
        label, score = session.run(None, inputs)
        wrong = int((label != labels[rows]).sum())
        assert wrong == 0, f"{case['name']}: {wrong} of {len(rows)} labels differ"
        worst = max(worst, float(np.abs(score - scores[rows]).max()))
    assert worst < case["bound"], f"{case['name']}: scores differ by {worst}"
    print(f"{case['name']:60} {count:5} rows, labels identical, scores within {worst:.1e}", flush=True)


failed = 0
paths = sorted(pathlib.Path(sys.argv[1]).glob("*.onnx"), key=lambda path: int(path.stem))
for path in paths:
    try:
        check(path)
    except Exception as error:
        failed += 1
        print(f"FAILED {path.name}: {str(error)[:400]}", flush=True)
print(f"{len(paths) - failed} of {len(paths)} models pass")
sys.exit(1 if failed or not paths else 0)
