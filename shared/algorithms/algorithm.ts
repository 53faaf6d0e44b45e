import type { z } from 'zod'
import type { Matrix } from '../data/matrix.ts'
import type { ClassTarget } from '../data/preparation.ts'
import type { Task } from '../data/task.ts'
import type { DiskMatrix } from '../disk/disk-matrix.ts'
import type { Task as ThreadTask } from '../threads/task.ts'
import type { Arithmetic } from '../wasm/arithmetic.ts'

/**
 * The contract of every algorithm, for one task; one that has both tasks is two of these. An algorithm does no I/O: rows
 * in, a model of plain data out.
 *
 * `Params` are checked hyperparameters with their defaults filled in. `Model` is plain data: objects, arrays,
 * numbers, strings and typed arrays. `Shared` is what other threads need of it to predict.
 */
export type Algorithm<Params, Model, T extends Task = 'classification', Shared = unknown> = {
  /** Learns from `data`. Throws JobError when the data or the hyperparameters cannot train. */
  fit(data: TrainingData<T>, params: Params, context: FitContext): Promise<Fit<Model>>
  /** The same with features in a file, for an algorithm that reads them column by column or some rows at a time. */
  fitFromDisk?(data: TrainingData<T, DiskMatrix>, params: Params, context: FitContext): Promise<Fit<Model>>
  /** Predicts the rows of `features`, which are prepared as those it was trained on were. */
  predict(model: Model, features: Matrix): Prediction<T>
  /** Checks a model read from an artifact. */
  model: z.ZodType<Model>
  /** How other threads predict. Absent where this one has predicted a million rows before another would begin. */
  onThreads?: OnThreads<Model, T, Shared>
}

export type OnThreads<Model, T extends Task, Shared> = {
  /** What a thread is sent of the model: plain data, and in shared memory what is too large to be copied. */
  share(model: Model): Shared
  /** Predicts as `predict` does, bit for bit. */
  readonly task: ThreadTask<RowsForThread<Shared>, Prediction<T>>
}

/** A thread keeps the model that comes with its first rows. */
export type RowsForThread<Shared> = { readonly model?: Shared; readonly features: Matrix }

/** `F` is how the features are kept: a matrix in memory, or one in a file. */
export type TrainingData<T extends Task = 'classification', F = Matrix> = {
  /** Scaled features. NaN (missing) occurs only where the algorithm's `acceptsMissing` says so. */
  readonly features: F
  readonly featureNames: readonly string[]
  /** Per row how much it counts, at least 0; absent: all count 1. Only for an estimator that `acceptsSampleWeights`. */
  readonly sampleWeights?: Float64Array
  /** Per feature, whether its values are codes of texts. */
  readonly textFeatures?: readonly boolean[]
} & TargetData<F>[T]

type TargetData<F> = {
  readonly classification: {
    readonly task?: 'classification'
    /** Per row, the class as an index: 0 … classCount-1. */
    readonly target: Int32Array
    readonly classCount: number
    /** The column that `target` comes from, with the classes' own values, by which `class_weight` names them. */
    readonly targetColumn?: ClassTarget
    /** The test rows, for the per-epoch figures of dnn and cnn; nothing is learned from them. Class -1: not one of these. */
    readonly validation: { readonly features: F; readonly target: Int32Array }
  }
  readonly regression: {
    readonly task: 'regression'
    /** Per row, its number: finite. */
    readonly target: Float64Array
    /** The test rows, as those of a classification. */
    readonly validation: { readonly features: F; readonly target: Float64Array }
  }
}

/** Execution context of a fit: thread budget, checkpoint to resume from, progress and pause callback. */
export type FitContext = {
  /** How many threads may work at once, this one included. Never changes the result. */
  readonly threads: number
  /** plain: a fit that begins does not fuse, so that its model is the same on every machine. A checkpoint has its own. */
  readonly arithmetic?: Arithmetic
  /** Where an interrupted fit of the same job stopped, to go on from. */
  readonly resumeFrom?: Checkpoint
  /**
   * Call it between steps, at least every 100 ms or so where that is cheap: it reports progress, yields to the event
   * loop when that has not turned for a while, and answers 'pause' when the fit should return
   * `{ status: 'paused', checkpoint }` soon. Throws when the job was cancelled.
   */
  step(progress: Progress): Promise<'continue' | 'pause'>
}

export type Progress = {
  /** 0 … 1 */
  readonly fraction: number
  /** Whether the fit goes on to the end, at the same pace: it tells then how long the whole takes. */
  readonly isEven?: boolean
  /** What is being counted and where it is, for people: { epoch: 3, loss: 0.41 } */
  readonly detail?: Readonly<Record<string, number>>
}

/**
 * A fit's whole state between two steps, as plain data with typed arrays. Resumed, it leads to the same model,
 * bit for bit, as the fit that was not interrupted.
 */
export type Checkpoint = { readonly [key: string]: PlainData }
export type PlainData =
  | null
  | boolean
  | number
  | string
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Uint8Array
  | readonly PlainData[]
  | { readonly [key: string]: PlainData }

export type Fit<Model> =
  | {
      readonly status: 'done'
      readonly model: Model
      /** Sentences for the sender: did not converge, … */
      readonly warnings: readonly string[]
      /** dnn and cnn: a value per epoch, by the names of Keras. */
      readonly history?: Readonly<Record<string, readonly number[]>>
    }
  | { readonly status: 'paused'; readonly checkpoint: Checkpoint }

export type History = {
  readonly loss: readonly number[]
  readonly accuracy: readonly number[]
  readonly val_loss: readonly number[]
  readonly val_accuracy: readonly number[]
}

export type Prediction<T extends Task = 'classification'> = Predictions[T]

type Predictions = {
  readonly classification: {
    /** Per row, the index of the predicted class. */
    readonly classes: Int32Array
    /**
     * Per row and class (row-major: row i, class k at `i * classCount + k`). Absent where the model has none
     * (svm without `probability` or `calibration`).
     */
    readonly probabilities?: Float64Array
    /** svm: scikit-learn's one-vs-rest decision function, row-major like `probabilities`; binary: one value a row. */
    readonly decision?: Float64Array
  }
  readonly regression: {
    /** Per row, the predicted number. */
    readonly values: Float64Array
  }
}
