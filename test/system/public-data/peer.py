"""What the original worker's pipeline gives in scikit-learn for each case of OUT_DIR/cases.jsonl.

Usage: python peer.py OUT_DIR [--minutes M]
Adds to OUT_DIR/expected.jsonl what it lacks, a line for each dataset, target and algorithm: the metrics, the labels or numbers predicted for the test
rows, and the numbers of those rows in the file. Missing values, which the original cannot train on, follow the rule of this
project: rows without a target are left out; in text they are a category after the others; in numbers they are the mean of the
training rows, but for the trees, which take them as they are.
"""
import argparse, json, pathlib, time, warnings
from concurrent.futures import ProcessPoolExecutor
import numpy as np, pandas as pd
from sklearn.ensemble import (ExtraTreesClassifier, ExtraTreesRegressor, HistGradientBoostingClassifier, HistGradientBoostingRegressor,
                              RandomForestClassifier, RandomForestRegressor)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import (accuracy_score, explained_variance_score, f1_score, max_error, mean_absolute_error, mean_squared_error,
                             median_absolute_error, precision_score, r2_score, recall_score)
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

warnings.filterwarnings("ignore")
MODELS = {
    "random_forest": lambda: RandomForestClassifier(random_state=42),
    "extra_trees": lambda: ExtraTreesClassifier(random_state=42),
    "gradient_boosting": lambda: HistGradientBoostingClassifier(random_state=42),
    "naive_bayes": GaussianNB,
    "k_neighbors": KNeighborsClassifier,
    "logistic_regression": lambda: LogisticRegression(max_iter=1000, random_state=42),
    "svm": lambda: SVC(random_state=42),
    "decision_tree": lambda: DecisionTreeClassifier(random_state=42),
}
REGRESSORS = {
    "linear_regression": LinearRegression,
    "svm": SVR,
    "k_neighbors": KNeighborsRegressor,
    "decision_tree": lambda: DecisionTreeRegressor(random_state=42),
    "gradient_boosting": lambda: HistGradientBoostingRegressor(random_state=42),
    "random_forest": lambda: RandomForestRegressor(random_state=42),
    "extra_trees": lambda: ExtraTreesRegressor(random_state=42),
}
NUMBER_METRICS = {"r2": r2_score, "mean_squared_error": mean_squared_error, "mean_absolute_error": mean_absolute_error,
                  "median_absolute_error": median_absolute_error, "explained_variance": explained_variance_score,
                  "max_error": max_error}


def is_text(column):
    return not pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def encoded(column):
    if not is_text(column):
        return column.astype(float)
    if set(map(type, column.dropna())) == {bool}:  # True, False and missing values
        column = column.map(str, na_action="ignore")
    categories = sorted(column.dropna().unique())
    codes = column.map({category: code for code, category in enumerate(categories)})
    return codes.astype(float).fillna(len(categories))


def plain(values):
    return [value.item() if hasattr(value, "item") else value for value in values]


def scaled(algorithm, train_X, test_X):
    A, B = train_X.to_numpy(), test_X.to_numpy()
    if algorithm not in ("random_forest", "extra_trees", "decision_tree", "gradient_boosting"):
        imputer = SimpleImputer(keep_empty_features=True).fit(A)
        A, B = imputer.transform(A), imputer.transform(B)
    scaler = StandardScaler().fit(A)
    return scaler.transform(A), scaler.transform(B)


def numbers(train_X, test_X, train_y, test_y, test_rows):
    for algorithm, make in REGRESSORS.items():
        line = {"algorithm": algorithm, "task": "regression"}
        try:
            A, B = scaled(algorithm, train_X, test_X)
            model = make().fit(A, train_y)
            predicted = model.predict(B)
            line |= {"test_rows": test_rows.tolist(), "labels": predicted.tolist(), "train_r2": r2_score(train_y, model.predict(A))}
            line |= {name: float(score(test_y, predicted)) for name, score in NUMBER_METRICS.items()}
        except ValueError as error:
            line["error"] = str(error).split("\n")[0]
        yield line


def answers(case):
    folder, dataset, target, task = case
    frame = pd.read_csv(folder / f"{dataset}.csv", low_memory=False)
    kept = np.flatnonzero(frame[target].notna())
    frame = frame.iloc[kept]
    y, X = frame[target].to_numpy(), frame.drop(columns=[target])
    X = pd.DataFrame({name: encoded(X[name]) for name in X.columns})
    train_X, test_X, train_y, test_y, _, test_rows = train_test_split(X, y, kept, test_size=0.2, random_state=42)
    if task == "regression":
        lines = numbers(train_X, test_X, train_y, test_y, test_rows)
        return [json.dumps({"dataset": dataset, "target": target, **line}) for line in lines]
    out = []
    for algorithm, make in MODELS.items():
        line = {"dataset": dataset, "target": target, "algorithm": algorithm, "task": task}
        try:
            A, B = scaled(algorithm, train_X, test_X)
            labels = train_y.astype(str) if is_text(pd.Series(y)) else train_y
            actual = test_y.astype(str) if is_text(pd.Series(y)) else test_y
            model = make().fit(A, labels)
            predicted = model.predict(B)
            average = {"average": "weighted"} if len(np.unique(actual)) > 2 else {"average": "binary", "pos_label": max(np.unique(actual))}
            line |= {
                "test_rows": test_rows.tolist(), "labels": plain(predicted),
                "train_accuracy": accuracy_score(labels, model.predict(A)), "test_accuracy": accuracy_score(actual, predicted),
            }
            try:
                line |= {name: score(actual, predicted, zero_division=0, **average) for name, score in
                         (("precision", precision_score), ("recall", recall_score), ("f1_score", f1_score))}
            except ValueError as error:  # the average "binary" where the labels are of more classes
                line["no_scores"] = str(error)
        except ValueError as error:
            line["error"] = str(error).split("\n")[0]
        out.append(json.dumps(line))
    return out


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("folder", type=pathlib.Path)
    ap.add_argument("--minutes", type=float, default=float("inf"), help="ends early; a later run goes on with the rest")
    a, _ = ap.parse_known_args()
    folder, end = a.folder, time.monotonic() + 60 * a.minutes
    expected = folder / "expected.jsonl"
    known = {(line["dataset"], line["target"], line["task"]) for line in map(json.loads, open(expected))} if expected.exists() else set()
    cases = [(folder, case["dataset"], case["target"], case["task"]) for case in map(json.loads, open(folder / "cases.jsonl"))]
    left = [case for case in cases if case[1:] not in known]
    with ProcessPoolExecutor() as pool, open(expected, "a") as file:
        for first in range(0, len(left), 10):
            if time.monotonic() > end:
                break
            for lines in pool.map(answers, left[first:first + 10]):
                file.writelines(line + "\n" for line in lines)
            file.flush()
            print(f"scikit-learn: {len(cases) - len(left) + min(first + 10, len(left))} of {len(cases)} targets", flush=True)


if __name__ == "__main__":
    main()
