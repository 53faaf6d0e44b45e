"""Checks with onnx and onnxruntime what write-onnx-cases.ts wrote: python check.py FOLDER"""

import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime

LARGE = 100_000
# So that a batch of thousands of columns, classes or rows of a model does not take minutes and gigabytes.
MOST_VALUES = 20_000_000


def feed(column, rows):
    if column["type"] == "string":
        values = np.array(column["values"], dtype=object)
    else:
        dtype = np.float64 if column["type"] == "double" else np.float32
        values = np.array([np.nan if v is None else v for v in column["values"]], dtype=dtype)
    return values[rows].reshape(-1, 1)


def is_tie(scores):
    """Whether two classes are as likely but for the rounding of sums in double precision, which a model's single precision does not see."""
    second, first = np.sort(scores)[-2:]
    return first - second <= 2**-24


def check(path):
    case = json.loads(path.with_suffix(".json").read_text())
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    widest = max((max(constant.dims, default=1) for constant in model.graph.initializer), default=1)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    props = session.get_modelmeta().custom_metadata_map
    assert {"job_id", "version", "signature"} <= props.keys(), props
    labels = np.array(case["labels"]) if "labels" in case else None
    count = len(case["inputs"][0]["values"])
    # A regressor has one output, the numbers, whose error is relative to the largest of them.
    scores = np.array(case["scores"]).reshape((count,) if labels is None else (count, -1))
    scale = max(1.0, float(np.abs(scores).max())) if labels is None else 1.0
    worst = 0.0
    large = min(LARGE, MOST_VALUES // (len(case["inputs"]) + scores.size // count + widest))
    for rows in (np.arange(count), np.array([count // 2]), np.arange(large) % count):
        inputs = {column["name"]: feed(column, rows) for column in case["inputs"]}
        *label, score = session.run(None, inputs)
        assert len(label) == (0 if labels is None else 1), f"{case['name']}: {len(label) + 1} outputs"
        if labels is not None:
            wrong = np.flatnonzero(label[0] != labels[rows])
            ties = [at for at in wrong if is_tie(scores[rows[at]])]
            assert len(ties) == len(wrong), f"{case['name']}: {len(wrong) - len(ties)} of {len(rows)} labels differ"
            if ties:
                print(f"{case['name']}: {len(ties)} of {len(rows)} labels are those of an equally likely class")
        assert score.shape == scores[rows].shape, f"{case['name']}: {score.shape}"
        worst = max(worst, float(np.abs(score - scores[rows]).max()) / scale)
    assert worst < case["bound"], f"{case['name']}: scores differ by {worst}"
    print(f"{case['name']:60} {count:5} rows, {'numbers' if labels is None else 'labels identical, scores'} within {worst:.1e}", flush=True)


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
