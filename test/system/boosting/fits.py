"""Random fits of scikit-learn's HistGradientBoostingClassifier and -Regressor, one JSON line each on standard output, for
compare.ts. Fit i of a seed is always the same: `fits.py --seed 7 --first 12 --fits 1` makes only number 12.
Arrays are base64 of little-endian numbers. Needs only scikit-learn.
"""
import argparse, base64, json, warnings
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

warnings.filterwarnings("ignore")


def shape(rng):
    """Rows and columns."""
    draw = rng.random()
    if draw < 0.004:  # thresholds come from a sample of the rows
        return 200_000 + int(rng.integers(1, 3000)), 2
    if draw < 0.02:  # several pieces a phase, early stopping by itself
        return int(rng.integers(9_000, 30_000)), int(rng.integers(1, 12))
    if draw < 0.4:
        return int(rng.integers(8, 200)), int(rng.integers(1, 9))
    return int(rng.integers(200, 3000)), int(rng.integers(1, 14))


def column(rng, rows):
    """Values of one of many kinds; some of them missing."""
    x = rng.normal(size=rows)
    kind = rng.integers(9)
    if kind == 1:
        x = x.round(1)
    elif kind == 2:
        x = x.round(0)
    elif kind == 3:
        x = np.full(rows, rng.choice([0.0, 1.5, -3e30]))
    elif kind == 4:  # few values and missing ones
        x = rng.integers(0, rng.integers(1, 5), size=rows).astype(float)
        x[rng.random(rows) < rng.choice([0.01, 0.3, 0.9])] = np.nan
    elif kind == 5:
        x = x.round(2)
        x[rng.random(rows) < 0.2] = np.nan
    elif kind == 6:  # zeros of both signs, large and small numbers
        x = rng.choice([0.0, -0.0, 1e-40, -1e-40, 16777216, 16777217, 3.4e38, -1e300, 1e301], size=rows)
    elif kind == 7:
        x = (x * 10.0 ** rng.integers(-8, 9)).round(3)
    elif kind == 8:
        x = (rng.random(rows) < 0.1).astype(float)
    if np.isnan(x).all():
        x[0] = 1.0
    return x


def categories(rng, rows):
    x = rng.integers(0, rng.integers(2, 40), size=rows).astype(float)
    if rng.random() < 0.3:
        x = (rng.random(rows) ** 3 * 60).round(0)
    if rng.random() < 0.4:
        x[rng.random(rows) < 0.1] = np.nan
    return x


def maybe(rng, share):
    return rng.random() < share


def hyperparameters(rng, rows, columns, many):
    p = {"random_state": int(rng.integers(2**32)), "max_iter": int(rng.integers(1, 12))}
    if maybe(rng, 0.4):
        p["learning_rate"] = float(rng.choice([0.01, 0.3, 1.0]))
    if maybe(rng, 0.5):
        p["max_leaf_nodes"] = [None, 2, 3, 8, 100][rng.integers(5)]
    if maybe(rng, 0.3):
        p["max_depth"] = int(rng.integers(1, 8))
    if maybe(rng, 0.5):
        p["min_samples_leaf"] = int(rng.choice([1, 2, 5, 50]))
    if maybe(rng, 0.3):
        p["l2_regularization"] = float(rng.choice([0.1, 1.0, 10.0]))
    if maybe(rng, 0.3):
        p["max_features"] = float(rng.choice([0.2, 0.5, 0.9]))
    if maybe(rng, 0.3):
        p["max_bins"] = int(rng.choice([2, 3, 16, 63, 128]))
    if maybe(rng, 0.3):
        p["early_stopping"] = bool(maybe(rng, 0.7))
        if maybe(rng, 0.5):
            p["validation_fraction"] = [None, 0.3, 0.5, 20][rng.integers(4)]
        p["n_iter_no_change"] = int(rng.integers(1, 5))
        if maybe(rng, 0.5):
            p["tol"] = float(rng.choice([0.0, 1e-3, 0.1]))
    return p


def regression_target(rng, score, p):
    y = score
    loss = str(rng.choice(["squared_error", "absolute_error", "gamma", "poisson", "quantile"]))
    p["loss"] = loss
    if loss == "quantile":
        p["quantile"] = float(rng.choice([0.1, 0.5, 0.9]))
    y = (y - y.mean()) / (y.std() + 1e-9)
    if maybe(rng, 0.3):
        y = y.round(1)
    if maybe(rng, 0.2):
        y = y * 1e6
    if loss == "gamma":
        y = np.exp(np.clip(y, -3, 3)) + 0.01
    elif loss == "poisson":
        y = rng.poisson(np.exp(np.clip(y, -3, 3))).astype(float)
        y[0] = 3
    return y


def sample_weights(rng, rows):
    kind = rng.integers(4)
    if kind == 0:  # counts, some of them 0
        return rng.integers(0, 4, size=rows).astype(float)
    if kind == 1:
        return rng.choice([0.5, 1.0, 2.0], size=rows)
    if kind == 2:
        return rng.exponential(size=rows)
    return rng.uniform(0.1, 4, size=rows).round(1)


def packed(values, kind):
    return base64.b64encode(np.ascontiguousarray(values, dtype=kind).tobytes()).decode()


def trees_of(model, order):
    """All trees, one behind the other, as GradientBoostingModel has them."""
    roots, parts, sets = [], [], []
    at = 0
    for predictor in (tree for iteration in model._predictors for tree in iteration):
        n = predictor.nodes
        leaf = n["is_leaf"].astype(bool)
        categorical = n["is_categorical"].astype(bool) & ~leaf
        value = np.where(leaf, n["value"], np.where(categorical, n["bitset_idx"] + len(sets), n["num_threshold"]))
        roots.append(at)
        parts.append((np.where(leaf, -1, order[n["feature_idx"]]), value, np.where(leaf, 0, n["right"] + at),
                      np.where(leaf, 0, n["missing_go_to_left"] + 2 * categorical), n["count"]))
        at += len(n)
        sets.extend(predictor.binned_left_cat_bitsets)
    join = lambda i, kind: packed(np.concatenate([part[i] for part in parts]), kind)
    return {"roots": packed(roots, "<i4"), "feature": join(0, "<i4"), "value": join(1, "<f8"), "right": join(2, "<i4"),
            "marks": join(3, "<u1"), "samples": join(4, "<i4"),
            "sets": packed(np.array(sets, dtype=np.uint32).reshape(-1), "<u4")}


def fit(seed, number):
    rng = np.random.default_rng([seed, number])
    rows, columns = shape(rng)
    x = np.column_stack([column(rng, rows) for _ in range(columns)])
    if maybe(rng, 0.15) and columns > 1:
        x[:, -1] = x[:, 0]  # equal columns: ties between features
    chosen = np.flatnonzero(rng.random(columns) < 0.4) if maybe(rng, 0.3) else np.array([], dtype=int)
    for j in chosen:
        x[:, j] = categories(rng, rows)
    is_classifier = maybe(rng, 0.5)
    clean = np.nan_to_num(np.clip(x, -1e3, 1e3), nan=0.7)
    scaled = (clean - clean.mean(0)) / (clean.std(0) + 1e-9)
    for j in chosen:
        scaled[:, j] = np.sin(clean[:, j] * 7)
    score = scaled @ rng.normal(size=columns) + rng.normal(size=rows) * rng.choice([0, 0.3, 3])
    classes = 0
    if is_classifier:
        classes = int(rng.choice([2, 2, 3, 5]))
        y = np.searchsorted(np.quantile(score, np.linspace(0, 1, classes + 1)[1:-1]), score).astype(float)
        if maybe(rng, 0.1):
            y = rng.integers(0, classes, size=rows).astype(float)
        y[:classes] = np.arange(classes)
    p = hyperparameters(rng, rows, columns, classes > 2)
    if is_classifier and maybe(rng, 0.3):
        p["class_weight"] = "balanced" if maybe(rng, 0.5) else {int(k): float(rng.choice([0.5, 2, 0.3, 1])) for k in range(classes)}
    if not is_classifier:
        y = regression_target(rng, score, p)
    if maybe(rng, 0.2):
        # scikit-learn 1.9 applies the columns of a constraint to the order after preparation, in which categories are first.
        groups = [[0, columns - 1]] if columns > 1 else [[0]]
        kind = rng.integers(3 if len(chosen) == 0 else 2)
        p["interaction_cst"] = ["pairwise", "no_interactions", groups][kind]
    if classes <= 2 and maybe(rng, 0.2):
        cst = rng.integers(-1, 2, size=columns)
        cst[chosen] = 0
        p["monotonic_cst"] = [int(c) for c in cst]
    weights = sample_weights(rng, rows) if maybe(rng, 0.35) else None
    order = np.concatenate([chosen, np.setdiff1d(np.arange(columns), chosen)]).astype(int)
    out = {"number": number, "params": p, "rows": rows, "columns": columns, "classes": classes, "x": packed(x.T, "<f8"),
           "y": packed(y, "<f8"), "categorical": [int(j) for j in chosen]}
    if weights is not None:
        out["weights"] = packed(weights, "<f8")
    make = HistGradientBoostingClassifier if is_classifier else HistGradientBoostingRegressor
    try:
        model = make(**p, categorical_features=list(chosen) if len(chosen) else None).fit(x, y, sample_weight=weights)
    except ValueError as error:  # hyperparameters that do not suit the data
        return {**out, "refused": str(error)}
    new = x[rng.permutation(rows)[:500]].copy()
    new[rng.random(new.shape) < 0.1] = np.nan
    for j in chosen:
        new[rng.random(len(new)) < 0.1, j] = 300.5
    with np.errstate(all="ignore"):
        raw = model._raw_predict(new)
    return {**out, "trees": trees_of(model, order), "baseline": packed(model._baseline_prediction, "<f8"),
            "new": packed(new.T, "<f8"), "raw": packed(raw.T, "<f8")}


ap = argparse.ArgumentParser()
ap.add_argument("--seed", type=int, required=True)
ap.add_argument("--first", type=int, default=0)
ap.add_argument("--fits", type=int, required=True)
a = ap.parse_args()
for number in range(a.first, a.first + a.fits):
    print(json.dumps(fit(a.seed, number), separators=(",", ":")), flush=True)
