"""Feeds DataFrames of every type by the lines of docs/predict-with-onnx.md: python dataframe.py FOLDER"""

import pathlib
import subprocess
import sys

import numpy as np
import onnxruntime
import pandas as pd

folder = pathlib.Path(sys.argv[1])
page = pathlib.Path("docs/predict-with-onnx.md").read_text()
lines = page.split("```python\n")[1].split("```")[0]
assert lines in pathlib.Path("examples/predict_dataframe.py").read_text(), "The page and the example differ."

random = np.random.default_rng(7)
count = 300
seen_at = 1_700_000_000 + random.integers(0, 1000, count)
frame = pd.DataFrame(
    {
        "seen_at": pd.array(seen_at, dtype="Int64"),
        "size": np.round(random.random(count) * 10, 1),
        "wet": random.random(count) < 0.5,
        "colour": random.choice(np.array(["red", "green", None], dtype=object), count),
        "code": random.choice(np.array(["007", "7", "x"], dtype=object), count),
    }
)
frame["label"] = np.where((seen_at % 100 < 50) ^ frame["colour"].isna(), "yes", "no")
frame.loc[5:9, "seen_at"] = pd.NA
frame.loc[3:6, "size"] = np.nan
frame.to_csv(folder / "frame.csv", index=False)


def cli(*words):
    return subprocess.run(["node", "cli/tensorfleet.js", *map(str, words)], check=True, capture_output=True, text=True).stdout


for algorithm in ("decision_tree", "logistic_regression"):
    cli("train", folder / "frame.csv", "--target", "label", "--algorithm", algorithm)
    model = folder / f"frame-{algorithm}"
    cli("download", f"DefaultJob_{algorithm}_frame", model)
    cli("predict", model, folder / "frame.csv", "--out", folder / "answers.csv")
    expected = pd.read_csv(folder / "answers.csv")["label"]
    session = onnxruntime.InferenceSession(model / "model.onnx", providers=["CPUExecutionProvider"])
    for data in (
        frame,
        frame.convert_dtypes(),
        frame.astype({"colour": "category", "code": "string", "seen_at": "float64"}),
        frame.assign(colour=frame["colour"].astype(object).where(frame["colour"].notna(), None)),
    ):
        names = {"session": session, "data": data}
        exec(lines, names)
        labels, _ = session.run(None, names["inputs"])
        assert (labels == expected).all(), f"{algorithm}: {(labels != expected).sum()} of {count} labels differ"
    print(f"{algorithm}: DataFrames of every type give the labels of predict")
