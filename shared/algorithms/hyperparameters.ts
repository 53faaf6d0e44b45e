import { z } from 'zod'

/**
 * Schemas that hyperparameters are made of. Each carries in its description what is allowed, worded to follow
 * "use …": the sentence in a failed result, the documentation and the JSON Schema all say it from there.
 */
export const integer = (from: number, to = Number.MAX_SAFE_INTEGER) =>
  z
    .int()
    .min(from)
    .max(to)
    .describe(
      to === Number.MAX_SAFE_INTEGER
        ? `a whole number of at least ${from}`
        : `a whole number from ${from} to ${to}`,
    )

/** A number above `from` (`inclusive: true`: or equal to it), up to and with `to`. */
export const real = (from: number, to = Number.POSITIVE_INFINITY, inclusive = false) => {
  const lower = inclusive ? z.number().min(from) : z.number().gt(from)
  const bounds = `${inclusive ? 'of at least' : 'above'} ${from}${Number.isFinite(to) ? ` and at most ${to}` : ''}`
  return (Number.isFinite(to) ? lower.max(to) : lower).describe(`a number ${bounds}`)
}

export const flag = () => z.boolean().describe('true or false')

export const oneOf = <const Names extends readonly [string, ...string[]]>(...names: Names) =>
  z.enum(names).describe(`one of ${names.join(', ')}`)

/** Either of two; null counts as a schema here, as scikit-learn's None does. */
export const or = <A extends z.ZodType, B extends z.ZodType>(a: A, b: B) =>
  z.union([a, b]).describe(`${a.description}, or ${b.description}`)

export const none = () => z.null().describe('null')

/** scikit-learn's random_state. */
export const randomSeed = () => integer(0, 4294967295)

/** scikit-learn's monotonic_cst, by the names of the feature columns; those left out are not constrained. */
export const monotonicConstraints = () =>
  z
    .union([z.record(z.string(), z.union([z.literal(1), z.literal(0), z.literal(-1)])), z.null()])
    .describe('an object of 1 (increasing), -1 (decreasing) or 0 per column, or null')

/** `'balanced'`, or a weight per class: { "setosa": 2, "virginica": 1 }, keyed by the target's own values. */
export const classWeight = () =>
  z
    .union([z.literal('balanced'), weightPerClass(), z.null()])
    .describe('"balanced", an object of a weight of at least 0 per class, or null')

/** Not a z.record, which drops a class of the name `__proto__`. */
const weightPerClass = () =>
  z.custom<Readonly<Record<string, number>>>(isWeightPerClass).meta({
    type: 'object',
    propertyNames: { type: 'string' },
    additionalProperties: { type: 'number', minimum: 0 },
  })

function isWeightPerClass(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const weights: unknown[] = Object.values(value)
  return weights.every((weight) => typeof weight === 'number' && Number.isFinite(weight) && weight >= 0)
}

/** A rule on several hyperparameters at once. One that needs the data belongs in the fit. */
export type HyperparameterRule<Params> = {
  /** As the documentation states it. */
  readonly rule: string
  /** A sentence on how these values break the rule and what to do; undefined where they keep it. */
  problem(params: Params): string | undefined
}

/**
 * The hyperparameters of one algorithm. Names in `withoutEffect` are accepted and dropped (scikit-learn knows them, but
 * they cannot change a fit here). Names in `refused` are known to scikit-learn or Keras and not supported: they are
 * refused by name, with the reason. Any other name is a mistake. `rules` are checked in their order, after the schema.
 */
export type HyperparameterSet<Fields extends z.ZodRawShape> = {
  readonly schema: z.ZodObject<Fields, z.core.$strict>
  readonly withoutEffect: readonly string[]
  readonly refused: Readonly<Record<string, string>>
  readonly rules: readonly HyperparameterRule<Checked<Fields>>[]
  /** Turns other ways to write a value, which the original worker took, into the one that the schema knows. */
  readonly rewrite?: (name: string, value: unknown) => unknown
}

/** Checked hyperparameters with their defaults filled in. */
export type Checked<Fields extends z.ZodRawShape> = z.output<z.ZodObject<Fields, z.core.$strict>>

export function hyperparameters<Fields extends z.ZodRawShape>(set: {
  supported: Fields
  withoutEffect?: readonly string[]
  refused?: Readonly<Record<string, string>>
  rules?: readonly HyperparameterRule<Checked<Fields>>[]
  rewrite?: (name: string, value: unknown) => unknown
}): HyperparameterSet<Fields> {
  return {
    schema: z.strictObject(set.supported),
    withoutEffect: set.withoutEffect ?? [],
    refused: set.refused ?? {},
    rules: set.rules ?? [],
    ...(set.rewrite === undefined ? {} : { rewrite: set.rewrite }),
  }
}
