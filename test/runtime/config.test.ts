import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { readConfig, unknownVariables } from '../../shared/runtime/config.ts'

test('an empty variable counts as not set', () => {
  expect(readConfig({ ARTIFACT_BUCKET: '', TENSORFLEET_THREADS: '3' })).toMatchObject({
    ARTIFACT_BUCKET: 'tensorfleet',
    TENSORFLEET_THREADS: 3,
    TENSORFLEET_RETRY_SECONDS: 60,
  })
})

// Lambda shows 2 processors from 128 MB on, and gives the time of one per 1,769 MB.
test.each([
  [undefined, Number.POSITIVE_INFINITY],
  ['128', 1],
  ['1024', 1],
  ['2653', 1],
  ['2654', 2],
  ['3008', 2],
  ['3538', 2],
  ['10240', 6],
])('a function of %s MB fits on as many threads as it has processors', (memory, threads) => {
  const env = { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: memory }
  expect(readConfig(env).TENSORFLEET_THREADS).toBe(Math.min(threads, availableParallelism()))
  expect(readConfig({ ...env, TENSORFLEET_THREADS: '3' }).TENSORFLEET_THREADS).toBe(3)
})

test('a value that cannot be used is an error that names the variable', () => {
  expect(() => readConfig({ TENSORFLEET_THREADS: '0' })).toThrow(
    /^The environment variable TENSORFLEET_THREADS cannot be used: /,
  )
})

test('a misspelt variable of ours is named, with the one that was probably meant', () => {
  const env = {
    PATH: '/bin',
    THREADS: '1',
    TENSORFLEET_THREADS: '2',
    TENSORFLEET_DEBUG: '1',
    TENSORFLEET_THREAD: '4',
    TENSORFLEET_COLOUR: 'red',
  }
  expect(unknownVariables(env)).toEqual([
    'The environment variable TENSORFLEET_THREAD is unknown and has no effect (did you mean TENSORFLEET_THREADS?).',
    'The environment variable TENSORFLEET_COLOUR is unknown and has no effect.',
  ])
})
