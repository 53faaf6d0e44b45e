"""Predicts the rows of a pandas DataFrame with model.onnx: one input per column, no preparation of your own.

    npx tensorfleet train iris --algorithm random_forest
    npx tensorfleet download DefaultJob_random_forest_iris ./model
    pip install pandas onnxruntime
    python examples/predict_dataframe.py ./model/model.onnx flowers.csv
"""

import sys

import onnxruntime
import pandas as pd

model, file = sys.argv[1:3]
session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])

# The columns that the model takes as text stay text: "007" and "1.50" are not numbers.
texts = {each.name: str for each in session.get_inputs() if each.type == "tensor(string)"}
data = pd.read_csv(file, dtype=texts)

# These three lines feed any DataFrame: a missing text (None, NaN, NA) is "", a missing number is NaN.
types = {"tensor(string)": (str, ""), "tensor(float)": ("float32", float("nan")), "tensor(double)": ("float64", float("nan"))}
inputs = {each.name: (data[[each.name]].astype(object), *types[each.type]) for each in session.get_inputs()}
outputs = session.run(None, {name: column.where(column.notna(), missing).astype(dtype).to_numpy(object if dtype is str else dtype) for name, (column, dtype, missing) in inputs.items()})

labels, scores = outputs
data["prediction"] = labels
data["score"] = scores.max(axis=1)
print(data[["prediction", "score"]].to_string())
