/** Checkpoints that older versions have written: test/fixtures/checkpoints. */
import { readFileSync } from 'node:fs'
import { deserialize } from 'node:v8'
import { brotliDecompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Checkpoint, FitContext } from '../../shared/algorithms/algorithm.ts'
import type { AnyRestored } from '../../shared/algorithms/descriptor.ts'
import { anyEstimatorFor } from '../../shared/algorithms/index.ts'
import { UnusableCheckpoint } from '../../shared/algorithms/resume.ts'
import { toJson } from '../../shared/artifact/plain-json.ts'
import { type CheckpointCase, checkpointCases } from '../fixtures/checkpoints/cases.ts'
import { done, uninterrupted } from '../support/fit.ts'

const checkpointSchema = z.custom<Checkpoint>((value) => typeof value === 'object' && value !== null)

const checkpointOf = (name: string) =>
  checkpointSchema.parse(
    deserialize(
      brotliDecompressSync(readFileSync(new URL(`../fixtures/checkpoints/${name}.br`, import.meta.url))),
    ),
  )

/** Trees that are grown or begun, features that may be other than 0: as many as there are. */
const ofAnyLength = ['grown', 'begun', 'active', 'members']

/** Fits with the data of a case. */
function fitOf({ algorithm, hyperparameters, data }: CheckpointCase) {
  const training = data()
  const trainer = anyEstimatorFor(algorithm, training.task ?? 'classification').trainer(hyperparameters)
  return async (context: Partial<FitContext>) =>
    done<AnyRestored>(await trainer.fit(training, { ...uninterrupted(), ...context }))
}

describe.each(checkpointCases.map((each) => [each.name, each.commit, each] as const))(
  '%s, by the code of %s',
  (name, _, fitted) => {
    const fit = fitOf(fitted)

    test('resumed, it is the model of a fit that was not interrupted', async () => {
      // They are older than the fused multiply-add.
      const whole = await fit({ arithmetic: 'plain' })
      const resumed = await fit({ resumeFrom: checkpointOf(name) })
      // What checks a checkpoint may put its fields into another order.
      expect(JSON.parse(toJson(resumed.model.model))).toEqual(JSON.parse(toJson(whole.model.model)))
      expect(resumed.warnings).toEqual(whole.warnings)
    })

    test('without one of its fields, or with an array of another length, it is not used', async () => {
      const whole = checkpointOf(name)
      const used: string[] = []
      const tryWith = async (resumeFrom: Checkpoint, what: string) => {
        const error = await fit({ resumeFrom }).then(
          () => `fits with ${what}`,
          (thrown: unknown) => thrown,
        )
        if (!(error instanceof UnusableCheckpoint)) used.push(`${what}: ${error}`)
      }
      for (const [field, value] of Object.entries(whole)) {
        const { [field]: _left, ...others } = whole
        if (field !== 'watch') await tryWith(others, `no ${field}`)
        const hasLength = (ArrayBuffer.isView(value) || Array.isArray(value)) && value.length > 0
        if (hasLength && !ofAnyLength.includes(field))
          await tryWith({ ...whole, [field]: value.slice(1) }, `a shorter ${field}`)
      }
      expect(used).toEqual([])
    })
  },
)
