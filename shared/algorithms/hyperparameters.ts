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

/** `'balanced'`, or a weight per class: { "setosa": 2, "virginica": 1 }, keyed by the target's own values. */
export const classWeight = () =>
  z
    .union([z.literal('balanced'), z.record(z.string(), z.number().min(0)), z.null()])
    .describe('"balanced", an object of a weight of at least 0 per class, or null')

/**
 * The hyperparameters of one algorithm. Names in `withoutEffect` are taken and dropped (scikit-learn knows them, but
 * they cannot change a fit here). Names in `refused` are known to scikit-learn or Keras and not supported: they are
 * refused by name, with the reason. Any other name is a mistake.
 */
export type HyperparameterSet<Shape extends z.ZodRawShape> = {
  readonly schema: z.ZodObject<Shape, z.core.$strict>
  readonly withoutEffect: readonly string[]
  readonly refused: Readonly<Record<string, string>>
}

export function hyperparameters<Shape extends z.ZodRawShape>(set: {
  supported: Shape
  withoutEffect?: readonly string[]
  refused?: Readonly<Record<string, string>>
}): HyperparameterSet<Shape> {
  return {
    schema: z.strictObject(set.supported),
    withoutEffect: set.withoutEffect ?? [],
    refused: set.refused ?? {},
  }
}
