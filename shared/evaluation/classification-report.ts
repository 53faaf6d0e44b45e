/** One class' figures: shares from 0 to 1, 0 where a division by zero would be (`zero_division=0`). */
type ClassScores = {
  readonly precision: number
  readonly recall: number
  readonly 'f1-score': number
  /** Rows of the class. */
  readonly support: number
}

type ClassificationReport = Readonly<Record<string, ClassScores | number>>

/** Per class with rows or predictions: its index and figures, from a confusion matrix (row-major). */
export function scoresPerClass(
  confusion: Float64Array,
  classCount: number,
): { index: number; scores: ClassScores }[] {
  const found: { index: number; scores: ClassScores }[] = []
  for (let k = 0; k < classCount; k++) {
    let support = 0
    let predicted = 0
    for (let j = 0; j < classCount; j++) {
      support += confusion[k * classCount + j]
      predicted += confusion[j * classCount + k]
    }
    if (support === 0 && predicted === 0) continue
    const hits = confusion[k * classCount + k]
    found.push({
      index: k,
      scores: {
        precision: share(hits, predicted),
        recall: share(hits, support),
        'f1-score': share(2 * hits, support + predicted),
        support,
      },
    })
  }
  return found
}

/** The mean of the classes' figures, each class weighted by `weight` of it. */
export function averageScores(
  classes: readonly { scores: ClassScores }[],
  weight: (scores: ClassScores) => number,
): ClassScores {
  let total = 0
  const sum = { precision: 0, recall: 0, 'f1-score': 0, support: 0 }
  for (const { scores } of classes) {
    const w = weight(scores)
    total += w
    sum.precision += w * scores.precision
    sum.recall += w * scores.recall
    sum['f1-score'] += w * scores['f1-score']
    sum.support += scores.support
  }
  return {
    precision: share(sum.precision, total),
    recall: share(sum.recall, total),
    'f1-score': share(sum['f1-score'], total),
    support: sum.support,
  }
}

/** scikit-learn's `classification_report(output_dict=True)`; `label` names a class. */
export function classificationReport(
  confusion: Float64Array,
  classCount: number,
  label: (index: number) => string,
): ClassificationReport {
  const classes = scoresPerClass(confusion, classCount)
  return {
    ...Object.fromEntries(classes.map(({ index, scores }) => [label(index), scores])),
    accuracy: accuracy(confusion, classCount),
    'macro avg': averageScores(classes, () => 1),
    'weighted avg': averageScores(classes, ({ support }) => support),
  }
}

/** The share of rows whose class was predicted. */
export function accuracy(confusion: Float64Array, classCount: number): number {
  let hits = 0
  let rows = 0
  for (let k = 0; k < classCount; k++) hits += confusion[k * classCount + k]
  for (const count of confusion) rows += count
  return share(hits, rows)
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}
