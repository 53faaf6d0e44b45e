"""Times one peer on one case as its users would run it, on all processors, and prints JSON.

Usage: python best.py PEER ALGORITHM FOLDER ROWS COLUMNS RUNS [EPOCHS]
FOLDER holds x.bin (float64, row order), y.bin (int32), and for onnxruntime model.onnx.
A peer that does not do what it is for (scikit-learn-intelex when it falls back) prints {"skipped": why}.
"""
import importlib.metadata, json, logging, pathlib, sys, time
import numpy as np

peer, algorithm, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
rows, columns, runs, *epochs = map(int, sys.argv[4:8])
x = np.fromfile(folder / "x.bin").reshape(rows, columns)
y = np.fromfile(folder / "y.bin", dtype=np.int32)
said = []
if peer == "scikit-learn-intelex":
    class Listener(logging.Handler):
        def emit(self, record):
            said.append(record.getMessage())
    logging.getLogger("sklearnex").setLevel(logging.INFO)
    logging.getLogger("sklearnex").addHandler(Listener())
    from sklearnex import patch_sklearn
    patch_sklearn(verbose=False)


def sklearn_model():
    from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.naive_bayes import GaussianNB
    from sklearn.svm import SVC
    from sklearn.tree import DecisionTreeClassifier
    solver = "newton-cholesky" if peer == "newton-cholesky" else "lbfgs"
    return {"logistic_regression": lambda: LogisticRegression(max_iter=1000, random_state=42, solver=solver),
            "linear_regression": lambda: LinearRegression(n_jobs=-1),
            "naive_bayes": lambda: GaussianNB(),
            "extra_trees": lambda: ExtraTreesClassifier(n_estimators=100, random_state=42, n_jobs=-1),
            "decision_tree": lambda: DecisionTreeClassifier(random_state=42),
            "random_forest": lambda: RandomForestClassifier(n_estimators=100, random_state=42, n_jobs=-1),
            "gradient_boosting": lambda: HistGradientBoostingClassifier(random_state=42, early_stopping=False),
            "svm": lambda: SVC(random_state=42)}[algorithm]().fit(x, y)


def fit():
    """Returns a function from rows to classes."""
    if peer in ("torch", "jax", "keras"):
        import best_nets
        return getattr(best_nets, f"fit_{peer}")(algorithm, x, y, *epochs)
    if peer == "lightgbm":
        import lightgbm
        model = lightgbm.LGBMClassifier(n_jobs=-1, verbose=-1).fit(x, y)
        return lambda part: model.predict(part)
    if peer == "ydf":
        import ydf
        ydf.verbose(0)
        frame = lambda part: {f"x{j}": np.ascontiguousarray(part[:, j]) for j in range(columns)}
        # As scikit-learn's: trees without a limit, of all classes.
        learner = {"decision_tree": lambda: ydf.CartLearner(label="y", max_depth=-1, min_examples=1, validation_ratio=0.0),
                   "random_forest": lambda: ydf.RandomForestLearner(label="y", num_trees=100, max_depth=-1, min_examples=1,
                                                                    compute_oob_performances=False),
                   "gradient_boosting": lambda: ydf.GradientBoostedTreesLearner(label="y", num_trees=100,
                                                                               validation_ratio=0.0)}[algorithm]()
        model = learner.train({**frame(x), "y": y})
        names = np.array([int(name) for name in model.label_classes()])
        def predict(part):
            shares = model.predict(frame(part))
            return names[(shares > 0.5).astype(int) if shares.ndim == 1 else shares.argmax(1)]
        return predict
    if peer == "treelite":
        import treelite
        model = treelite.sklearn.import_model(sklearn_model())
        return lambda part: np.asarray(treelite.gtil.predict(model, part)).reshape(len(part), -1).argmax(1)
    if peer == "onnxruntime":
        import onnxruntime
        session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
        feeds = lambda part: {f"x{j}": np.ascontiguousarray(part[:, j:j + 1], dtype=np.float32) for j in range(columns)}
        return lambda part: session.run(["label"], feeds(part))[0]
    model = sklearn_model()
    return lambda part: model.predict(part)


def timed(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


fit()(x)
fits, predicts, ones = [], [], []
for _ in range(runs):
    seconds, predict = timed(fit)
    fits.append(seconds)
    for _ in range(10):
        seconds, labels = timed(lambda: predict(x))
        predicts.append(seconds)
    predict(x[:1])
    ones.append(timed(lambda: [predict(x[:1]) for _ in range(20)])[0] / 20)
if any("fallback" in message for message in said) or (peer == "scikit-learn-intelex" and not said):
    print(json.dumps({"skipped": "not accelerated"}))
else:
    package = "scikit-learn" if peer == "newton-cholesky" else peer
    only_predicts = peer in ("treelite", "onnxruntime")
    print(json.dumps({"version": importlib.metadata.version(package), "fit": None if only_predicts else min(fits),
                      "fastest": min(fits),
                      "predict": min(predicts), "one": min(ones),
                      "accuracy": float((labels == y).mean())}))
