/** Every field of a message and every hyperparameter of every algorithm, with values that are wrong in each of the usual ways. */
import { describe, expect, test } from 'vitest'
import { safeParse } from 'zod'
import { algorithmNames } from '../../shared/algorithms/names.ts'
import { JobError, type JobErrorCode } from '../../shared/errors/job-error.ts'
import { hyperparameterSets } from '../../shared/jobs/hyperparameter-schemas.ts'
import { jobMessage } from '../../shared/jobs/message.ts'
import { parseMessage } from '../../shared/jobs/parse-message.ts'
import { possibleTrainer } from '../../shared/training/choose-trainer.ts'

/** JSON knows no NaN: a client sends its name, or null. */
const wrong: readonly (readonly [string, unknown])[] = [
  ['null', null],
  ['an empty text', ''],
  ['a blank text', ' '],
  ['a word that nobody knows', 'no such word'],
  ['NaN', 'NaN'],
  ['Infinity', 'Infinity'],
  ['a long text', 'x'.repeat(5000)],
  ['true', true],
  ['zero', 0],
  ['a fraction', 0.5],
  ['a number below all', -1e308],
  ['a huge number', 1e308],
  ['a number that is no exact integer', 2 ** 53],
  ['an empty list', []],
  ['a list of null', [null]],
  ['a long list', Array.from({ length: 5000 }, (_, i) => i)],
  ['an empty object', {}],
  ['an object of an unknown field', { 'no such field': 1 }],
  ['an object of objects', { a: { b: { c: null } } }],
]

/** A sentence for people: it names what is meant, says what to do, and is no longer than a few lines. */
function expectSentence(error: unknown, name: string, codes: readonly JobErrorCode[]): void {
  if (!(error instanceof JobError)) throw error
  expect(codes).toContain(error.code)
  expect(error.message).toContain(name)
  expect(error.message).toMatch(/[:;] (use|give|leave|name|send|take|set|\S+ has) .*\.$/s)
  expect(error.message.length).toBeLessThan(800)
  expect(error.message).not.toMatch(/\[object|undefined|Invalid input|x{200}/)
}

function failureOf(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}

const asSent = (message: object) => parseMessage(JSON.stringify(message)).message
const message = { job_id: 'a-job', dataset_path: 'no/such-dataset.csv' }

describe.each(
  algorithmNames.flatMap((algorithm) =>
    hyperparameterSets(algorithm).map(({ task, set }) => ({ algorithm, task, set })),
  ),
)('$algorithm of a $task', ({ algorithm, task, set }) => {
  const trainer = (hyperparameters: object) =>
    possibleTrainer(asSent({ ...message, algorithm, task, hyperparameters }))

  test.each(Object.keys(set.schema.shape))('hyperparameters.%s', (name) => {
    for (const [, value] of wrong) {
      const error = failureOf(() => trainer({ [name]: value }))
      const rewritten = set.rewrite ? set.rewrite(name, value) : value
      // A rule may refuse what the schema allows, since other hyperparameters do not go with it.
      if (safeParse(set.schema.shape[name], rewritten).success && error === undefined) continue
      expectSentence(error, `hyperparameters.${name}`, ['bad_hyperparameter'])
    }
    const refused = (value: unknown) => failureOf(() => trainer({ [name]: value })) !== undefined
    for (const value of ['no such word', 'x'.repeat(5000), [null], { a: { b: { c: null } } }]) {
      expect(refused(value), JSON.stringify(value).slice(0, 40)).toBe(true)
    }
  })

  test('names that it does not have', () => {
    for (const name of ['no_such_name', '', ' ', '__proto__', 'constructor', 'x'.repeat(5000)]) {
      const given: object = JSON.parse(`{${JSON.stringify(name)}: 1}`)
      expectSentence(
        failureOf(() => trainer(given)),
        `hyperparameters.${name.slice(0, 60)}`,
        ['bad_hyperparameter'],
      )
    }
  })

  test('hyperparameters that are no object', () => {
    for (const given of ['x', 7, true, [], [1]]) {
      const error = failureOf(() => asSent({ ...message, algorithm, task, hyperparameters: given }))
      expectSentence(error, 'hyperparameters', ['bad_message'])
    }
  })
})

describe('a message', () => {
  const ofMessage: readonly JobErrorCode[] = [
    'bad_message',
    'bad_split',
    'bad_features',
    'bad_hyperparameter',
  ]
  test.each(Object.keys(jobMessage.shape))('with a wrong %s', (name) => {
    for (const [, value] of wrong) {
      const error = failureOf(() => possibleTrainer(asSent({ ...message, algorithm: 'svm', [name]: value })))
      if (error !== undefined) expectSentence(error, name, ofMessage)
    }
    const given = { ...message, algorithm: 'svm', [name]: { a: { b: { c: null } } } }
    expect(failureOf(() => possibleTrainer(asSent(given)))).toBeDefined()
  })
})
