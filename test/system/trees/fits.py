"""Random fits of scikit-learn's trees and forests of both tasks, one JSON line each on standard output, for compare.ts. Fit i of a seed is always the same: `fits.py --seed 7 --first 12 --fits 1` makes only number 12.
Arrays are base64 of little-endian numbers. Needs only scikit-learn.
"""
import argparse, base64, json, sys, warnings
import numpy as np
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

warnings.filterwarnings("ignore")

MAKERS = {("decision_tree", "classification"): DecisionTreeClassifier,
          ("decision_tree", "regression"): DecisionTreeRegressor,
          ("random_forest", "classification"): RandomForestClassifier,
          ("random_forest", "regression"): RandomForestRegressor,
          ("extra_trees", "classification"): ExtraTreesClassifier,
          ("extra_trees", "regression"): ExtraTreesRegressor}

# Around the numbers of samples at which the kernel sorts in another way, copies ranks or empties its buffer of nodes.
EDGES = [2, 3, 4, 8, 15, 16, 17, 18, 31, 32, 33, 63, 64, 65, 100, 255, 256, 257, 400, 511, 512, 513, 1023, 1024, 1025,
         2047, 2048, 2049, 3000, 4097]


def spelled(value):
    """A float that is a whole number as text: JSON's 1.0 is read as 1, which is a count. A list is an object by columns."""
    if isinstance(value, list):
        return {f"x{j}": each for j, each in enumerate(value)}
    return str(value) if isinstance(value, float) and value == 1.0 else value


def shape(rng):
    """Rows and columns."""
    draw = rng.random()
    if draw < 0.0005:  # the ranks are copied row-major, too
        return 131_072 + int(rng.integers(3)), int(rng.integers(3, 6))
    if draw < 0.006:  # subtrees work on copies of their ranks
        return int(rng.integers(1700, 2300)), int(rng.integers(200, 330))
    if draw < 0.45:
        return int(rng.integers(2, 120)), int(rng.integers(1, 9))
    rows = int(rng.choice(EDGES))
    return rows, int(rng.integers(1, 21 if rows < 1000 else 7))


def column(rng, rows):
    """Values of one of many kinds; some of them missing."""
    x = rng.normal(size=rows)
    kind = rng.integers(11)
    if kind == 0:
        return x  # all different
    if kind == 1:
        x = x.round(1)
    elif kind == 2:
        x = x.round(0)
    elif kind == 3:  # closer to each other than 1e-7, in chains
        x = x.round(1) + rng.integers(0, 4, size=rows) * rng.choice([2e-8, 6e-8, 1e-7])
    elif kind == 4:
        x = np.full(rows, rng.choice([0.0, 1.5, -3e30]))
    elif kind == 5:  # few values and missing ones
        x = rng.integers(0, rng.integers(1, 5), size=rows).astype(float)
        x[rng.random(rows) < rng.choice([0.01, 0.3, 0.9])] = np.nan
    elif kind == 6:
        x = x.round(2)
        x[rng.random(rows) < 0.2] = np.nan
    elif kind == 7:  # zeros of both signs, denormals, the neighbours of 2^24, the largest float32
        x = rng.choice([0.0, -0.0, 1e-40, -1e-40, 16777215, 16777216, 16777217, 3.4e38, -3.4e38, 1e30], size=rows)
    elif kind == 8:
        x = (x * 10.0 ** rng.integers(-8, 9)).round(3)
    elif kind == 9:
        x = (rng.random(rows) < 0.1).astype(float)
    else:  # one value, nearly
        x = np.full(rows, 2.5) + rng.integers(0, 3, size=rows) * 1e-7
        if rng.random() < 0.5:
            x[rng.random(rows) < 0.5] = np.nan
    return x


def dataset(rng):
    rows, columns = shape(rng)
    x = np.column_stack([column(rng, rows) for _ in range(columns)])
    if rng.random() < 0.15 and columns > 1:
        x[:, -1] = x[:, 0]  # equal columns: ties between features
    classes = int(rng.choice([2, 3, 5])) if rng.random() < 0.9 else int(rng.integers(2, 60))
    classes = min(classes, rows)
    clean = np.nan_to_num(np.clip(x, -1e3, 1e3))
    score = clean @ rng.normal(size=columns) + rng.normal(size=rows) * rng.choice([0, 1, 20])
    y = np.searchsorted(np.quantile(score, np.linspace(0, 1, classes + 1)[1:-1] ** rng.choice([0.5, 1, 2])), score)
    if rng.random() < 0.2:
        y = rng.integers(0, classes, size=rows)
    if rng.random() < 0.2:  # whether a value is missing tells the class
        x[y == 0, int(rng.integers(columns))] = np.nan
    y[:classes] = np.arange(classes)  # each class occurs
    return x, y


def numbers(rng, x):
    """A target of numbers: with ties, heavy tails, zeros, of any scale; some depend on the features."""
    rows = len(x)
    signal = np.nan_to_num(np.clip(x, -1e3, 1e3)) @ rng.normal(size=x.shape[1])
    y = signal / (np.abs(signal).max() + 1e-9) + rng.normal(size=rows) * rng.choice([0, 0.1, 3])
    kind = rng.integers(9)
    if kind == 0:
        y = y.round(1)
    elif kind == 1:  # counts, many of them 0
        y = rng.poisson(np.exp(np.clip(y, -5, 5)) * rng.choice([0.05, 1, 20])).astype(float)
    elif kind == 2:
        y = rng.standard_cauchy(size=rows)
    elif kind == 3:  # sums of squares cancel
        y = y * 1e-3 + 1e6
    elif kind == 4:
        y = y * 10.0 ** rng.integers(-12, 13)
    elif kind == 5:
        y = np.round(y)
    elif kind == 6:  # decimal fractions, whose sums depend on their order
        y = rng.integers(0, 30, size=rows) / 10
    elif kind == 7 and rng.random() < 0.2:
        y = np.full(rows, rng.choice([0.0, 2.5, -1.1]))
    if rng.random() < 0.2:
        x[y > np.median(y), int(rng.integers(x.shape[1]))] = np.nan
    return y


def class_weight(rng, classes):
    """An object of whole, fractional, zero or large weights; it may leave out classes."""
    values = [[0.5, 0.25, 2], [0.3, 2.7, 1.1, 0.01], [1, 2, 3], [0, 1, 2], [1, 1e6], [0.1], [0, 0.5, 3]][rng.integers(7)]
    weights = {int(k): float(rng.choice(values)) for k in range(classes) if rng.random() < 0.8}
    if len(weights) == classes and not any(weights.values()):
        weights[0] = 1.0
    return weights


def hyperparameters(rng, rows, columns, classes, forest, criteria):
    p = {"random_state": int(rng.integers(2**32))}
    maybe = lambda share: rng.random() < share
    if maybe(0.6):
        p["criterion"] = str(rng.choice(criteria))
    if maybe(0.25):
        p["max_depth"] = int(rng.integers(1, 12))
    if maybe(0.2):
        p["min_samples_split"] = int(rng.integers(2, 40)) if maybe(0.5) else float(rng.choice([0.05, 0.3, 1.0]))
    if maybe(0.25):
        p["min_samples_leaf"] = int(rng.integers(1, 20)) if maybe(0.5) else float(rng.choice([0.01, 0.1, 0.4]))
    if maybe(0.2):
        p["min_weight_fraction_leaf"] = float(rng.choice([0.0, 0.01, 0.07, 0.2, 0.5]))
    if maybe(0.6):
        p["max_features"] = [None, "sqrt", "log2", int(rng.integers(1, columns + 1)),
                             float(rng.choice([0.1, 0.5, 0.9]))][rng.integers(5)]
    if maybe(0.3):
        p["max_leaf_nodes"] = int(rng.choice([2, 3, 7, 30, 300]))
    if maybe(0.15):
        p["min_impurity_decrease"] = float(rng.choice([1e-7, 0.001, 0.02]))
    if rows < 10_000 and maybe(0.15):  # scikit-learn's pruning takes minutes for many nodes
        p["ccp_alpha"] = float(rng.choice([1e-4, 0.01, 0.05]))
    if classes > 0 and maybe(0.45):
        p["class_weight"] = "balanced" if maybe(0.4) else class_weight(rng, classes)
    if maybe(0.35) and classes <= 2 or maybe(0.01):
        p["monotonic_cst"] = [int(each) for each in rng.choice([-1, 0, 1], columns, p=[[0.2, 0.6, 0.2], [0.5, 0, 0.5]][rng.integers(2)])]
    if not forest:
        if maybe(0.3):
            p["splitter"] = "random"
        return p
    p["n_estimators"] = int(rng.integers(1, 5))
    if classes > 0 and maybe(0.15):
        p["class_weight"] = "balanced_subsample"
    if maybe(0.2):
        p["bootstrap"] = False
        return p
    if maybe(0.3):
        p["oob_score"] = True
    if maybe(0.3):
        # Of the summed weights, if a share: scikit-learn takes minutes to draw hundreds of millions of rows.
        heavy = isinstance(p.get("class_weight"), dict) and max(p["class_weight"].values(), default=0) > 1000
        p["max_samples"] = int(rng.integers(1, rows + 1)) if heavy or maybe(0.5) else float(rng.choice([0.2, 0.5, 0.99, 1.5]))
    return p


def packed(values, kind):
    return base64.b64encode(np.ascontiguousarray(values, dtype=kind).tobytes()).decode()


def tree_of(t):
    missing = np.where(t.feature >= 0, t.missing_go_to_left, 0)
    return {"feature": packed(t.feature, "<i4"), "threshold": packed(t.threshold, "<f8"),
            "left": packed(t.children_left, "<i4"), "right": packed(t.children_right, "<i4"),
            "missingGoesLeft": packed(missing, "<u1"), "samples": packed(t.n_node_samples, "<i4"),
            "weightedSamples": packed(t.weighted_n_node_samples, "<f8"), "impurity": packed(t.impurity, "<f8"),
            "value": packed(t.value[:, 0, :], "<f8")}


def fit(seed, number):
    rng = np.random.default_rng([seed, number])
    x, y = dataset(rng)
    algorithm = str(rng.choice(["decision_tree", "random_forest", "extra_trees"], p=[0.6, 0.25, 0.15]))
    forest = algorithm != "decision_tree"
    numeric = bool(rng.random() < 0.5)
    if numeric:
        y = numbers(rng, x)
        criteria = ["squared_error", "friedman_mse"] + ["absolute_error"] * (2 if len(y) < 10_000 else 0)
        if (y >= 0).all() and y.sum() > 0:
            criteria += ["poisson"] * 3
    else:
        criteria = ["gini", "entropy", "log_loss"]
    classes = 0 if numeric else int(y.max()) + 1
    task = "regression" if numeric else "classification"
    params = hyperparameters(rng, *x.shape, classes, forest, criteria)
    if algorithm == "extra_trees" and "bootstrap" not in params and {"oob_score", "max_samples"} & params.keys():
        params["bootstrap"] = True
    out = {"number": number, "algorithm": algorithm, "task": task,
           "params": {name: spelled(value) for name, value in params.items()},
           "rows": x.shape[0], "columns": x.shape[1], "classes": classes,
           "x": packed(x.T, "<f8"), "y": packed(y, "<f8" if numeric else "<i4")}
    try:
        model = MAKERS[algorithm, task](**params).fit(x, y)
    except ValueError as error:  # hyperparameters that do not suit the data
        return {**out, "refused": str(error)}
    trees = [t.tree_ for t in model.estimators_] if forest else [model.tree_]
    out["trees"] = [tree_of(t) for t in trees]
    out["importances"] = packed(model.feature_importances_, "<f8")
    out["predicted"] = packed(model.predict(x) if numeric else model.predict_proba(x), "<f8")
    if params.get("oob_score"):
        out["oobScore"] = float(model.oob_score_)
    return out


ap = argparse.ArgumentParser()
ap.add_argument("--seed", type=int, required=True)
ap.add_argument("--first", type=int, default=0)
ap.add_argument("--fits", type=int, required=True)
a = ap.parse_args()
for number in range(a.first, a.first + a.fits):
    print(json.dumps(fit(a.seed, number), separators=(",", ":")), flush=True)
