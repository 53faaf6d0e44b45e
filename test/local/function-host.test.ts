import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, test } from 'vitest'
import { type FunctionHost, startFunction } from '../../local/lambda/function-host.ts'
import { until } from '../support/stack.ts'

const hosts: FunctionHost[] = []
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()))
})

function host(settings: { handler?: string; timeoutSeconds?: number; concurrency?: number } = {}) {
  const lines: string[] = []
  const started = startFunction({
    name: 'sample',
    handler: 'functions/sample.handler',
    root: import.meta.dirname,
    environment: { PATH: process.env.PATH ?? '', TEST_SECRET: 'given' },
    timeoutSeconds: 30,
    memoryMb: 128,
    concurrency: 1,
    onLine: (line) => lines.push(line),
    ...settings,
  })
  hosts.push(started)
  const invoke = async (event: object) => Object(await started.invoke(event))
  return { ...started, invoke, lines }
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('a handler gets its event and the context that Lambda gives', async () => {
  const { invoke } = host()
  const answer = await invoke({ a: [1, 'ü'] })
  expect(answer).toMatchObject({
    event: { a: [1, 'ü'] },
    requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    name: 'sample',
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:sample',
    memory: '128',
    secret: 'given',
    trace: expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=1$/),
  })
  expect(answer.remaining).toBeGreaterThan(1000)
  expect(answer.remaining).toBeLessThanOrEqual(30_000)
})

test('a process is used again, for one event at a time', async () => {
  const { invoke, pids } = host()
  const answers = await Promise.all([1, 2, 3].map((n) => invoke({ n })))
  expect(new Set(answers.map(({ pid }) => pid)).size).toBe(1)
  expect(answers.map(({ invocations }) => invocations)).toEqual([1, 2, 3])
  expect(pids()).toEqual([answers[0].pid])
})

test('nothing of an invocation stays in memory', async () => {
  const { invoke } = host()
  const answers: WeakRef<object>[] = []
  for (let i = 0; i < 20; i++) answers.push(new WeakRef(await invoke({ i })))
  setFlagsFromString('--expose-gc')
  const collectGarbage: unknown = runInNewContext('gc')
  if (typeof collectGarbage !== 'function') throw new Error('There is no gc.')
  await sleep(10)
  collectGarbage()
  // The last one may still be on the caller's stack.
  expect(answers.filter((answer) => answer.deref() !== undefined).length).toBeLessThan(3)
})

test('events run in several processes, as many as allowed', async () => {
  const { invoke, pids } = host({ concurrency: 2 })
  await Promise.all([1, 2, 3, 4].map((n) => invoke({ n })))
  expect(pids()).toHaveLength(2)
})

test('what a handler writes is heard by the line', async () => {
  const { invoke, lines } = host()
  await invoke({ log: 'one\ntwo' })
  await until(async () => lines.length === 2, 'the lines')
  expect(lines).toEqual(['one', 'two'])
})

test('a handler’s error reaches the caller with its type and stack, and the process goes on', async () => {
  const { invoke } = host()
  await expect(invoke({ fail: 'no such thing' })).rejects.toMatchObject({
    message: 'TypeError: no such thing',
    errorType: 'TypeError',
    stackTrace: expect.arrayContaining([expect.stringContaining('sample.ts')]),
  })
  expect((await invoke({})).invocations).toBe(2)
})

test.each([
  ['functions/missing.handler', /There is no handler file/],
  ['functions/sample.missing', /exports no function missing/],
])('the handler %s that cannot be loaded is an error every time', async (handler, reason) => {
  const { invoke } = host({ handler })
  for (let i = 0; i < 3; i++) await expect(invoke({})).rejects.toThrow(reason)
})

describe('a process', () => {
  test('that takes too long is gone when its event fails, and the next event gets another', async () => {
    const { invoke, pids, lines } = host({ timeoutSeconds: 1 })
    const hanging = expect(invoke({ hang: true })).rejects.toThrow(/^Task timed out after 1.00 seconds/)
    await until(async () => pids().length === 1, 'the process')
    const [pid] = pids()
    await hanging
    expect(isAlive(pid)).toBe(false)
    expect(lines).toEqual(['Task timed out after 1.00 seconds'])
    // On a busy machine a process may not even start in a second.
    const answers: unknown[] = []
    await until(async () => {
      await invoke({}).then(
        (answer) => answers.push(answer.pid),
        () => undefined,
      )
      return answers.length > 0
    }, 'an answer')
    expect(answers).not.toContain(pid)
  })

  test('that dies fails its event, and the waiting ones get another', async () => {
    const { invoke } = host()
    const answers = await Promise.allSettled([invoke({ die: true }), invoke({ n: 1 }), invoke({ n: 2 })])
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
  })

  test('that is killed while idle is replaced', async () => {
    const { invoke, pids } = host()
    const { pid } = await invoke({})
    process.kill(pid, 'SIGKILL')
    await until(async () => pids().length === 0, 'its end')
    expect((await invoke({})).pid).not.toBe(pid)
  })

  test('ends with its host, and so do the events that wait', async () => {
    const { invoke, close, pids } = host()
    await invoke({})
    const [pid] = pids()
    const pending = Promise.allSettled([invoke({ hang: true }), invoke({}), invoke({})])
    await close()
    expect((await pending).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(isAlive(pid)).toBe(false)
    await expect(invoke({})).rejects.toThrow(/being stopped/)
  })
})
