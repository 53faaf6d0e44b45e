"""Predicts the rows of a pandas DataFrame with model.onnx: one input per column, no preparation of your own.

    npx tensorfleet train iris --algorithm random_forest
    npx tensorfleet download DefaultJob_random_forest_iris ./model
    pip install pandas onnxruntime
    python examples/predict_dataframe.py ./model/model.onnx flowers.csv
"""

import sys

import numpy as np
import onnxruntime
import pandas as pd


def feed(session: onnxruntime.InferenceSession, data: pd.DataFrame) -> dict[str, np.ndarray]:
    """One array of shape (rows, 1) per input: text (missing: "") or float32 (missing: NaN)."""
    inputs = {}
    for each in session.get_inputs():
        column = data[each.name]
        if each.type == "tensor(string)":
            values = column.fillna("").astype(str).to_numpy(dtype=object)
        else:
            values = column.to_numpy(dtype=np.float32)
        inputs[each.name] = values.reshape(-1, 1)
    return inputs


model, file = sys.argv[1:3]
session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
data = pd.read_csv(file)
labels, scores = session.run(None, feed(session, data))
data["prediction"] = labels
data["score"] = np.asarray(scores).max(axis=1)
print(data[["prediction", "score"]].to_string())
