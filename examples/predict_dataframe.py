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
# Columns that the model takes as text stay text, so that "007" and "1.50" are not made numbers.
data = pd.read_csv(file, dtype={each.name: str for each in session.get_inputs() if "string" in each.type})

# Three lines for any DataFrame: a missing text (None, NaN, NA) is "", a missing number NaN.
number = {"tensor(float)": "float32", "tensor(double)": "float64"}
column = lambda name, to: data[[name]].astype(to) if to else data[[name]].astype(object).fillna("").astype(str)
inputs = {i.name: column(i.name, number.get(i.type)).to_numpy(number.get(i.type, object)) for i in session.get_inputs()}

labels, scores = session.run(None, inputs)
data["prediction"] = labels
data["score"] = scores.max(axis=1)
print(data[["prediction", "score"]].to_string())
