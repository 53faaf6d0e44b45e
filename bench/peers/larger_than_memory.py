"""Trains on CSV files that together are large: larger_than_memory.py NAME FILE...; prints JSON.

Every fifth row is a test row. partial-fit: one pass of SGDClassifier over pieces, after one of StandardScaler.
whole-logistic: all of it in memory. lightgbm: LightGBM reads one file in two rounds, with its own bins.
"""

import json
import resource
import sys
import time

import numpy as np
import pandas as pd

ROWS = 100_000


def pieces(files):
    for path in files:
        for piece in pd.read_csv(path, chunksize=ROWS):
            is_test = np.arange(len(piece)) % 5 == 0
            yield piece.drop(columns="y").to_numpy(), piece["y"].to_numpy(), is_test


def partial_fit(files):
    from sklearn.linear_model import SGDClassifier
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler()
    for x, _, is_test in pieces(files):
        scaler.partial_fit(x[~is_test])
    model = SGDClassifier(loss="log_loss", random_state=42)
    for x, y, is_test in pieces(files):
        model.partial_fit(scaler.transform(x[~is_test]), y[~is_test], classes=[0, 1])
    hits = rows = 0
    for x, y, is_test in pieces(files):
        hits += (model.predict(scaler.transform(x[is_test])) == y[is_test]).sum()
        rows += is_test.sum()
    return hits / rows


def whole(files):
    data = pd.concat([pd.read_csv(path) for path in files], ignore_index=True)
    is_test = np.arange(len(data)) % 5 == 0
    y = data.pop("y").to_numpy()
    return data, y, is_test


def whole_logistic(files):
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    data, y, is_test = whole(files)
    scaler = StandardScaler().fit(data[~is_test])
    model = LogisticRegression(max_iter=1000).fit(scaler.transform(data[~is_test]), y[~is_test])
    return model.score(scaler.transform(data[is_test]), y[is_test])


def lightgbm(files):
    import os
    import tempfile

    import lightgbm as lgb

    with tempfile.TemporaryDirectory() as folder:
        train, test = os.path.join(folder, "train.csv"), os.path.join(folder, "test.csv")
        with open(train, "w") as training, open(test, "w") as testing:
            for k, path in enumerate(files):
                with open(path) as file:
                    header = next(file)
                    if k == 0:
                        training.write(header)
                        testing.write(header)
                    for i, line in enumerate(file):
                        (testing if i % 5 == 0 else training).write(line)
        params = {"header": True, "label_column": "name:y", "two_round": True, "verbose": -1}
        data = lgb.Dataset(train, params=params)
        model = lgb.train(
            {**params, "objective": "binary", "num_leaves": 31, "max_bin": 255, "learning_rate": 0.1}, data, 100
        )
        hits = rows = 0
        for piece in pd.read_csv(test, chunksize=ROWS):
            y = piece.pop("y").to_numpy()
            hits += ((model.predict(piece.to_numpy()) > 0.5) == y).sum()
            rows += len(y)
        return hits / rows


fits = {"partial-fit": partial_fit, "whole-logistic": whole_logistic, "lightgbm": lightgbm}
started = time.perf_counter()
accuracy = fits[sys.argv[1]](sys.argv[2:])
print(
    json.dumps(
        {
            "accuracy": float(accuracy),
            "seconds": time.perf_counter() - started,
            "peakMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    )
)
