import { z } from 'zod'
import { type DateFeature, dateFeatureSchema } from './dates.ts'
import type { Task } from './task.ts'

/**
 * Everything that turns a raw row into features, and a class into the target's own value. Plain data, kept in the
 * artifact, so that a stored model can predict.
 *
 * A number column: missing values are replaced by `impute` (the training mean; null keeps them missing, for
 * algorithms that take missing values), then (x - mean) / scale. A text column: the value's index in `categories`
 * (sorted by code point), then the same scaling. A missing value has the code `categories.length` when training saw
 * one (`missingSeen`). A value that training never saw, a missing one included, has the code -1. With one-hot encoding
 * each code has a column of its own, which is 1 where the value has that code and else 0, and is then scaled.
 */
const scaling = { mean: z.number(), scale: z.number() }

const featureSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('number'),
    name: z.string(),
    dtype: z.enum(['int', 'float', 'bool']),
    impute: z.number().nullable(),
    /** What float32 keeps of the values (float32-decimals.ts). */
    decimals: z.int().nullable().optional(),
    ...scaling,
    /** Of the rows used in training and test. Models of before these were kept have none. */
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    missingSeen: z.boolean().optional(),
  }),
  z.object({
    kind: z.literal('text'),
    name: z.string(),
    categories: z.array(z.string()),
    missingSeen: z.boolean(),
    ...scaling,
  }),
  z.object({
    kind: z.literal('one_hot'),
    name: z.string(),
    categories: z.array(z.string()),
    missingSeen: z.boolean(),
    /** Per column of the matrix: the categories in their order, then the missing value where training saw one. */
    means: z.array(z.number()),
    scales: z.array(z.number()),
  }),
  z.object({
    kind: z.literal('target_mean'),
    name: z.string(),
    categories: z.array(z.string()),
    missingSeen: z.boolean(),
    /** Of more than two classes: the class of each column of the matrix. */
    classes: z.array(z.string()),
    /** Per column of the matrix: what stands for each code, and for a value that training never saw. */
    encodings: z.array(z.array(z.number())),
    unknown: z.array(z.number()),
    means: z.array(z.number()),
    scales: z.array(z.number()),
  }),
])
export type Feature = z.infer<typeof featureSchema>
/** A feature of a text column. */
export type CategoryFeature = Exclude<Feature, { kind: 'number' }>

const classTarget = z.discriminatedUnion('dtype', [
  z.object({ name: z.string(), dtype: z.literal('text'), classes: z.array(z.string()) }),
  /** Booleans are the numbers 0 and 1. */
  z.object({ name: z.string(), dtype: z.enum(['int', 'float', 'bool']), classes: z.array(z.number()) }),
])
export type ClassTarget = z.infer<typeof classTarget>

/** The target of a regression, whose numbers are predicted as they are. */
const numberTarget = z.strictObject({ name: z.string(), dtype: z.enum(['int', 'float', 'bool']) })
export type NumberTarget = z.infer<typeof numberTarget>

export const preparationSchema = z.object({
  features: z.array(featureSchema),
  target: z.union([classTarget, numberTarget]),
  /** The columns of dates, whose parts are features. */
  dates: z.array(dateFeatureSchema).optional(),
})

type Targets = { readonly classification: ClassTarget; readonly regression: NumberTarget }

/** Of a task; `Preparation<Task>` is that of either. */
export type Preparation<T extends Task = 'classification'> = {
  readonly features: readonly Feature[]
  readonly target: Targets[T]
  readonly dates?: readonly DateFeature[]
}

/** Whether the target is one of classes. */
export function hasClasses(target: ClassTarget | NumberTarget): target is ClassTarget {
  return 'classes' in target
}

/** A class as Python prints it, which is how the classification report keys it: 0, 1.0, True, setosa. */
export function classLabel(target: ClassTarget, index: number): string {
  if (target.dtype === 'text') return target.classes[index]
  const value = target.classes[index]
  if (target.dtype === 'bool') return value === 1 ? 'True' : 'False'
  if (target.dtype === 'int') return String(value)
  return Math.abs(value) >= 1e16 ? value.toExponential() : `${value}.0`
}
