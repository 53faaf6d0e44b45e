import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { phaseTrace } from '../../shared/observability/phase-trace.ts'
import { type TestStack, testStack, until } from '../support/stack.ts'

/** What the X-Ray daemon listens for: a line that names the format, and a segment document after it. */
const daemon = createSocket('udp4')
const received: Record<string, unknown>[] = []
let address: string
let worker: TestStack
beforeAll(async () => {
  daemon.on('message', (packet) => {
    const [header, ...document] = packet.toString().split('\n')
    expect(JSON.parse(header)).toEqual({ format: 'json', version: 1 })
    received.push(JSON.parse(document.join('\n')))
  })
  daemon.bind(0, '127.0.0.1')
  await once(daemon, 'listening')
  address = `127.0.0.1:${daemon.address().port}`
  process.env.AWS_XRAY_DAEMON_ADDRESS = address
  worker = await testStack()
})
afterAll(async () => {
  delete process.env.AWS_XRAY_DAEMON_ADDRESS
  await worker.close()
  daemon.close()
})

const subsegmentsOf = (job_id: string) =>
  received.filter(({ annotations }) => Object(annotations).job_id === job_id)

const csv = `a,b,y\n${Array.from({ length: 60 }, (_, i) => `${i},${i % 7},${i < 30 ? 'low' : 'high'}`).join('\n')}`

test('the steps of a job are subsegments of its invocation’s trace, one after the other', async () => {
  const { job_id } = await worker.train(csv)
  await until(async () => subsegmentsOf(job_id).length === 7, 'the trace')
  const subsegments = subsegmentsOf(job_id)
  expect(subsegments.map(({ name }) => name)).toEqual([
    'accept',
    'download',
    'prepare',
    'train',
    'evaluate',
    'store',
    'commit',
  ])
  const [{ trace_id, parent_id }] = subsegments
  let before = 0
  for (const subsegment of subsegments) {
    expect(subsegment).toEqual({
      type: 'subsegment',
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      trace_id: expect.stringMatching(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/),
      parent_id: expect.stringMatching(/^[0-9a-f]{16}$/),
      name: expect.any(String),
      start_time: expect.any(Number),
      end_time: expect.any(Number),
      annotations: { job_id },
    })
    expect(subsegment).toMatchObject({ trace_id, parent_id })
    expect(subsegment.start_time).toBeGreaterThanOrEqual(before)
    expect(subsegment.end_time).toBeGreaterThanOrEqual(Number(subsegment.start_time))
    before = Number(subsegment.start_time)
  }
  expect(new Set(subsegments.map(({ id }) => id)).size).toBe(7)
})

test('the step that a job failed in says by which error, and not what it said of the data', async () => {
  const { job_id } = await worker.train(csv, { target_column: 'nowhere' })
  await until(async () => subsegmentsOf(job_id).length === 4, 'the trace')
  const [failed] = subsegmentsOf(job_id).filter(({ name }) => name === 'prepare')
  expect(failed).toMatchObject({ error: true, cause: { exceptions: [{ type: 'JobError' }] } })
  expect(JSON.stringify(failed)).not.toContain('nowhere')
})

const header = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1'
test.each<[string, string | undefined, string | undefined]>([
  ['without a daemon', undefined, header],
  ['without a trace', '127.0.0.1:2000', undefined],
  ['in a call that is not sampled', '127.0.0.1:2000', header.replace('Sampled=1', 'Sampled=0')],
])('%s nothing is sent', (_, AWS_XRAY_DAEMON_ADDRESS, _X_AMZN_TRACE_ID) => {
  expect(phaseTrace({ AWS_XRAY_DAEMON_ADDRESS, _X_AMZN_TRACE_ID }, {}, () => undefined)).toBeUndefined()
})

test('the daemon may be given by protocol, and an error of ours is a fault', async () => {
  const env = { AWS_XRAY_DAEMON_ADDRESS: `tcp:127.0.0.1:1 udp:${address}`, _X_AMZN_TRACE_ID: header }
  const trace = phaseTrace(env, { job_id: 'by-protocol' }, (error) => expect.unreachable(error.message))
  trace?.send({ phase: 'store', began: 1.5e12, seconds: 0.25, error: new TypeError('fetch failed') })
  await trace?.sent()
  await until(async () => subsegmentsOf('by-protocol').length === 1, 'the trace')
  expect(subsegmentsOf('by-protocol')).toEqual([
    expect.objectContaining({
      trace_id: '1-5759e988-bd862e3fe1be46a994272793',
      parent_id: '53995c3f42cd8ad8',
      start_time: 1.5e9,
      end_time: 1.5e9 + 0.25,
      fault: true,
    }),
  ])
})
