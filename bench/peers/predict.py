"""Trains as the original worker does, then times reading and predicting a CSV file with pandas and scikit-learn.

Usage: python predict.py ALGORITHM TRAIN.csv DATA.csv
Prints JSON: seconds to scale and predict, seconds with reading, and how many rows each class got.
"""
import json, resource, sys, time
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

frame = pd.read_csv(sys.argv[2])
x, y = frame.drop(columns="target").to_numpy(), frame["target"].to_numpy()
x_train, _, y_train, _ = train_test_split(x, y, test_size=0.2, random_state=42)
scaler = StandardScaler().fit(x_train)
make = {"logistic_regression": lambda: LogisticRegression(max_iter=1000, random_state=42),
        "random_forest": lambda: RandomForestClassifier(n_estimators=100, random_state=42, n_jobs=-1)}[sys.argv[1]]
model = make().fit(scaler.transform(x_train), y_train)

start = time.perf_counter()
data = pd.read_csv(sys.argv[3])
read = time.perf_counter()
labels = model.predict(scaler.transform(data.to_numpy()))
end = time.perf_counter()
print(json.dumps({"predict": end - read, "whole": end - start,
                  "counts": np.bincount(labels, minlength=3).tolist(),
                  "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
