"""Times a scikit-learn estimator with the original worker's defaults, and prints JSON.

Usage: python fits.py ALGORITHM FOLDER ROWS COLUMNS RUNS TASK HYPERPARAMETERS
FOLDER holds x.bin (float64, row order) and y.bin (int32, or float64 of a regression).
"""
import json, pathlib, statistics, sys, time
import numpy as np
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import Lasso, LinearRegression, LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier

name, folder, (rows, columns, runs) = sys.argv[1], pathlib.Path(sys.argv[2]), map(int, sys.argv[3:6])
task, given = sys.argv[6], json.loads(sys.argv[7])
penalty = given.pop("penalty", None)
x = np.fromfile(folder / "x.bin").reshape(rows, columns)
y = np.fromfile(folder / "y.bin", dtype=np.float64 if task == "regression" else np.int32)
make = {("logistic_regression", "classification"): lambda: LogisticRegression(max_iter=1000, random_state=42),
        ("linear_regression", "regression"): lambda: {None: LinearRegression, "l2": Ridge, "l1": Lasso}[penalty](**given),
        ("svm", "classification"): lambda: SVC(kernel="rbf", random_state=42),
        ("svm", "regression"): lambda: SVR(**given),
        ("k_neighbors", "classification"): lambda: KNeighborsClassifier(n_jobs=-1, **given),
        ("k_neighbors", "regression"): lambda: KNeighborsRegressor(n_jobs=-1, **given),
        ("decision_tree", "classification"): lambda: DecisionTreeClassifier(random_state=42),
        ("random_forest", "classification"): lambda: RandomForestClassifier(n_estimators=100, random_state=42, n_jobs=-1),
        ("random_forest", "regression"): lambda: RandomForestRegressor(random_state=42, n_jobs=-1, **given)}[name, task]
answer = {"logistic_regression": lambda m: m.coef_.ravel().tolist(),
          "linear_regression": lambda m: [float(m.intercept_), *m.coef_.tolist()],
          "svm": lambda m: m.predict(x[:100]).tolist() if task == "regression" else m.n_support_.tolist(),
          "k_neighbors": lambda m: m.predict(x[:1000]).tolist(),
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
score = 1 - ((y - predicted) ** 2).mean() / y.var() if task == "regression" else (predicted == y).mean()
print(json.dumps({"fit": statistics.median(fits), "predict": statistics.median(predicts), "score": float(score), "answer": answer(model)}))
