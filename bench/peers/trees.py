"""Times scikit-learn's DecisionTreeClassifier and RandomForestClassifier on the data of bench/trees.ts, and prints JSON.

Usage: python trees.py decision_tree|random_forest FOLDER ROWS COLUMNS RUNS
FOLDER holds x.bin (float64, column order) and y.bin (int32).
"""
import json, pathlib, statistics, sys, time
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier

name, folder, rows, columns, runs = sys.argv[1], pathlib.Path(sys.argv[2]), *map(int, sys.argv[3:])
x = np.ascontiguousarray(np.fromfile(folder / "x.bin").reshape(columns, rows).T)
y = np.fromfile(folder / "y.bin", dtype=np.int32)
make = {"decision_tree": lambda: DecisionTreeClassifier(random_state=42),
        "random_forest": lambda: RandomForestClassifier(n_estimators=100, random_state=42)}[name]
fits, predicts = [], []
for _ in range(runs):
    start = time.perf_counter()
    model = make().fit(x, y)
    fits.append(time.perf_counter() - start)
    start = time.perf_counter()
    predicted = model.predict(x)
    predicts.append(time.perf_counter() - start)
trees = [model] if name == "decision_tree" else model.estimators_
print(json.dumps({"fit": statistics.median(fits), "predict": statistics.median(predicts),
                  "accuracy": float((predicted == y).mean()),
                  "answer": [sum(t.tree_.node_count for t in trees), *model.feature_importances_.tolist()]}))
