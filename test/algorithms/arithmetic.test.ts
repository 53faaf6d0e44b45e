/** Fits with the fused multiply-add and without: both are scikit-learn's and Keras', and a fit keeps what it began with. */
import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import type { Checkpoint, FitContext } from '../../shared/algorithms/algorithm.ts'
import { arithmeticToPredict } from '../../shared/algorithms/arithmetic.ts'
import type { AnyRestored } from '../../shared/algorithms/descriptor.ts'
import { anyEstimatorFor } from '../../shared/algorithms/index.ts'
import { logisticRegressionHyperparameters } from '../../shared/algorithms/logistic-regression/hyperparameters.ts'
import { logisticRegression } from '../../shared/algorithms/logistic-regression/index.ts'
import { toJson } from '../../shared/artifact/plain-json.ts'
import { arithmetic, canFuse } from '../../shared/wasm/arithmetic.ts'
import { distance, done, uninterrupted } from '../support/fit.ts'
import { linearParitySet } from '../support/linear-reference.ts'
import { networkRows, networkTolerance } from '../support/parity-networks.ts'
import { paritySets } from '../support/parity-set.ts'
import { variantSets } from '../support/parity-variants.ts'
import { noisyRows } from '../support/training-data.ts'

describe.each(arithmetic.options)('%s', (arithmetic) => {
  const context = { ...uninterrupted(), arithmetic }

  test.each(paritySets)('a logistic regression on %s is that of scikit-learn', async (name) => {
    const { train, test: rows, expected } = linearParitySet(name)
    const reference = expected.logistic_regression
    const params = logisticRegressionHyperparameters.schema.parse({})
    const { model } = done(await logisticRegression.fit(train, params, context))
    expect(distance(model.coefficients, reference.coef.flat())).toBeLessThan(1e-6)
    expect(distance(model.intercepts, reference.intercept)).toBeLessThan(1e-6)
    expect(Array.from(logisticRegression.predict(model, rows).classes)).toEqual(reference.predictions)
  })

  test.each(Object.values(variantSets).flat())('networks on %s are those of Keras', async (dataset) => {
    for (const row of await networkRows(dataset, arithmetic)) {
      const name = `${row.algorithm} ${JSON.stringify(row.hyperparameters)}`
      expect.soft(row.differing, name).toBe(0)
      expect.soft(row.values, name).toBeLessThanOrEqual(networkTolerance)
    }
  })
})

const cases = [
  ['logistic_regression', {}],
  ['logistic_regression', { penalty: 'l1', solver: 'saga' }],
  ['dnn', { epochs: 2 }],
  ['cnn', { epochs: 2 }],
] as const

describe.each(cases)('%s %o', (algorithm, params) => {
  const data = noisyRows(1500, 64)
  const trainer = anyEstimatorFor(algorithm, 'classification').trainer(params)
  const fit = (context: Partial<FitContext>) => trainer.fit(data, { ...uninterrupted(), ...context })
  const whole = async (context: Partial<FitContext>) =>
    toJson(done<AnyRestored>(await fit(context)).model.model)

  async function paused(context: Partial<FitContext>): Promise<Checkpoint> {
    const stopped = await fit({ ...context, step: async () => 'pause' })
    if (stopped.status !== 'paused') throw new Error('The fit was not paused.')
    return stopped.checkpoint
  }

  test.skipIf(!canFuse())('a resumed fit keeps the arithmetic that it began with', async () => {
    const [plain, fused] = [await whole({ arithmetic: 'plain' }), await whole({})]
    expect(fused).not.toBe(plain)
    expect(await whole({ resumeFrom: await paused({ arithmetic: 'plain' }) })).toBe(plain)
    expect(await whole({ arithmetic: 'plain', resumeFrom: await paused({}) })).toBe(fused)
  })

  test('a model says its arithmetic, and predicts with it', async () => {
    const plain = JSON.parse(await whole({ arithmetic: 'plain' }))
    expect(plain).not.toHaveProperty('arithmetic')
    expect(arithmeticToPredict(plain)).toBe('plain')
    expect(arithmeticToPredict(JSON.parse(await whole({})))).toBe(canFuse() ? 'fused' : 'plain')
  })
})

// V8 rounds relaxed_madd twice where the processor has no fused multiply-add, and x64 alone may have none.
test.skipIf(process.arch !== 'x64')(
  'a machine that rounds twice cannot fuse, nor go on with a fused fit',
  () => {
    const url = (file: string) => JSON.stringify(new URL(`../../shared/${file}`, import.meta.url))
    const program = `
    import { arithmeticOf, arithmeticToPredict } from ${url('algorithms/arithmetic.ts')}
    const context = { threads: 1, step: async () => 'continue' }
    const words = [arithmeticOf(context), arithmeticToPredict({ arithmetic: 'fused' })]
    try { arithmeticOf({ ...context, resumeFrom: { arithmetic: 'fused' } }) } catch (error) { words.push(error.name) }
    console.log(words.join())`
    const options = ['--no-enable-fma3', '--input-type=module', '--eval', program]
    expect(execFileSync(process.execPath, options, { encoding: 'utf8' }).trim()).toBe(
      'plain,plain,UnusableCheckpoint',
    )
  },
)
