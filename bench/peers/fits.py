"""Times a scikit-learn estimator with the original worker's defaults, and prints JSON.

Usage: python fits.py ALGORITHM FOLDER ROWS COLUMNS RUNS _
FOLDER holds x.bin (float64, row order) and y.bin (int32).
"""
import json, pathlib, statistics, sys, time
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

name, folder, (rows, columns, runs) = sys.argv[1], pathlib.Path(sys.argv[2]), map(int, sys.argv[3:6])
x = np.fromfile(folder / "x.bin").reshape(rows, columns)
y = np.fromfile(folder / "y.bin", dtype=np.int32)
make = {"logistic_regression": lambda: LogisticRegression(max_iter=1000, random_state=42),
        "svm": lambda: SVC(kernel="rbf", random_state=42),
        "decision_tree": lambda: DecisionTreeClassifier(random_state=42),
        "random_forest": lambda: RandomForestClassifier(n_estimators=100, random_state=42)}[name]
answer = {"logistic_regression": lambda m: m.coef_.ravel().tolist(),
          "svm": lambda m: m.n_support_.tolist(),
          "decision_tree": lambda m: [m.tree_.node_count, *m.feature_importances_.tolist()],
          "random_forest": lambda m: [sum(t.tree_.node_count for t in m.estimators_),
                                      *m.feature_importances_.tolist()]}[name]
make().fit(x, y).predict(x)
fits, predicts = [], []
for _ in range(runs):
    start = time.perf_counter()
    model = make().fit(x, y)
    fits.append(time.perf_counter() - start)
    start = time.perf_counter()
    predicted = model.predict(x)
    predicts.append(time.perf_counter() - start)
print(json.dumps({"fit": statistics.median(fits), "predict": statistics.median(predicts),
                  "accuracy": float((predicted == y).mean()), "answer": answer(model)}))
