import { expect, test } from 'vitest'
import { batchName } from '../../shared/batch/batch-queue.ts'
import { largerThan, MAX_MACHINE_BYTES, machineFor } from '../../shared/batch/machine.ts'

const GB = 2 ** 30

/** MiB that Fargate takes for so many processors, as its documentation has them. */
const fargate = new Map([
  [4, Array.from({ length: 23 }, (_, k) => 8192 + 1024 * k)],
  [8, Array.from({ length: 12 }, (_, k) => 16_384 + 4096 * k)],
  [16, Array.from({ length: 12 }, (_, k) => 32_768 + 8192 * k)],
])

test.each([
  [0.2, 0, 4, 8],
  [5.4, 0, 4, 9],
  [20, 0, 4, 30],
  [20.1, 0, 8, 32],
  [40, 0, 8, 60],
  [41, 0, 16, 64],
  [80, 0, 16, 120],
  [120, 0, 16, 120],
])('%s GB and %s s on 2 threads get %s processors and %s GB', (gb, seconds, vcpus, memoryGb) => {
  expect(machineFor({ memoryBytes: gb * GB, seconds }, 2)).toEqual({ vcpus, memoryMb: memoryGb * 1024 })
})

test('what is likely decides, where it is known, but never less than what is needed at least', () => {
  const machine = (least: number, likely: number) =>
    machineFor({ memoryBytes: least * GB, likelyBytes: likely * GB, seconds: 0 }, 2)
  expect(machine(10, 16)).toEqual({ vcpus: 4, memoryMb: 20 * 1024 })
  expect(machine(10, 7)).toEqual({ vcpus: 4, memoryMb: 10 * 1024 })
  // It may be wrong: the largest machine is tried.
  expect(machine(90, 200)).toEqual({ vcpus: 16, memoryMb: 120 * 1024 })
  expect(machine(121, 200)).toBeUndefined()
})

test('a job whose memory ran out gets a machine of twice as much, up to the largest', () => {
  expect(largerThan({ vcpus: 4, memoryMb: 9216 })).toEqual({ vcpus: 4, memoryMb: 18_432 })
  expect(largerThan({ vcpus: 8, memoryMb: 16_384 })).toEqual({ vcpus: 8, memoryMb: 32_768 })
  expect(largerThan({ vcpus: 4, memoryMb: 30_720 })).toEqual({ vcpus: 8, memoryMb: 61_440 })
  expect(largerThan({ vcpus: 16, memoryMb: 98_304 })).toEqual({ vcpus: 16, memoryMb: 122_880 })
  expect(largerThan({ vcpus: 16, memoryMb: 122_880 })).toBeUndefined()
})

test('a fit that takes long gets more processors', () => {
  const forHours = (hours: number) => machineFor({ memoryBytes: GB, seconds: hours * 3600 }, 2)
  expect(forHours(2)).toEqual({ vcpus: 4, memoryMb: 8192 })
  expect(forHours(3)).toEqual({ vcpus: 8, memoryMb: 16_384 })
  expect(forHours(100)).toEqual({ vcpus: 16, memoryMb: 32_768 })
})

test('every machine is one that Fargate has, and holds what is needed', () => {
  for (let memoryBytes = GB / 10; memoryBytes <= MAX_MACHINE_BYTES; memoryBytes *= 1.037) {
    for (const seconds of [0, 10_000, 1e6]) {
      const machine = machineFor({ memoryBytes, seconds }, 2)
      expect(fargate.get(machine?.vcpus ?? 0)).toContain(machine?.memoryMb)
      expect((machine?.memoryMb ?? 0) * 2 ** 20).toBeGreaterThanOrEqual(memoryBytes)
    }
  }
})

test('what no machine holds gets none', () => {
  expect(machineFor({ memoryBytes: MAX_MACHINE_BYTES + 1, seconds: 0 }, 2)).toBeUndefined()
})

test('a job has a name that Batch takes', () => {
  expect(batchName('churn:2026.11-23')).toBe('churn-2026-11-23')
})
