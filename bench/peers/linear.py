"""Times scikit-learn's LogisticRegression and SVC on the data of bench/linear.ts, and prints JSON.

Usage: python linear.py logistic_regression|svm FOLDER ROWS COLUMNS RUNS
FOLDER holds x.bin (float64, row order) and y.bin (int32).
"""
import json, pathlib, statistics, sys, time
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

name, folder, rows, columns, runs = sys.argv[1], pathlib.Path(sys.argv[2]), *map(int, sys.argv[3:])
x = np.fromfile(folder / "x.bin").reshape(rows, columns)
y = np.fromfile(folder / "y.bin", dtype=np.int32)
make = {"logistic_regression": lambda: LogisticRegression(max_iter=1000, random_state=42),
        "svm": lambda: SVC(kernel="rbf", random_state=42)}[name]
fits, predicts = [], []
for _ in range(runs):
    start = time.perf_counter()
    model = make().fit(x, y)
    fits.append(time.perf_counter() - start)
    start = time.perf_counter()
    predicted = model.predict(x)
    predicts.append(time.perf_counter() - start)
answer = model.coef_.ravel() if name == "logistic_regression" else model.n_support_
print(json.dumps({"fit": statistics.median(fits), "predict": statistics.median(predicts),
                  "accuracy": float((predicted == y).mean()), "answer": answer.tolist()}))
