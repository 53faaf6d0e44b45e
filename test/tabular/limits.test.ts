/** Datasets that are made to fill the memory, or do: each is refused in a sentence before it does. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCsv } from '../../shared/tabular/csv/read-csv.ts'
import { checkCells, defaultLimits, limitsFor, withinLimits } from '../../shared/tabular/limits.ts'
import { readTable } from '../../shared/tabular/read-table.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorfleet-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function readBytes(content: string | Uint8Array, limits = defaultLimits) {
  const path = join(folder, 'data')
  await writeFile(path, content)
  return readTable(path, limits)
}

/** `count` chunks of a MiB, and how many of them were asked for. */
function chunks(first: string, chunk: Buffer, count: number) {
  const asked = { count: 0 }
  const open = async function* () {
    yield Buffer.from(first)
    for (; asked.count < count; asked.count++) yield chunk
  }
  return { asked, open }
}

describe('refused after a few MiB:', () => {
  test('a field of a GiB', async () => {
    for (const first of ['a,b\n1,', 'a,b\n1,"', '']) {
      const { asked, open } = chunks(first, Buffer.alloc(2 ** 20, 'x'), 1024)
      await expect(readCsv(open, 0, defaultLimits)).rejects.toThrow(/the limit is 1048576|has no end/)
      expect(asked.count).toBeLessThan(8)
    }
  })
  test('millions of columns', async () => {
    const { asked, open } = chunks('a', Buffer.alloc(2 ** 20, ',b'), 1024)
    await expect(readCsv(open, 0, defaultLimits)).rejects.toThrow(
      'Line 1 of the dataset has more than 100000 columns, the limit.',
    )
    expect(asked.count).toBeLessThan(8)
  })
  test('a gzip bomb', async () => {
    await expect(readBytes(gzipSync(Buffer.alloc(100 * 2 ** 20, 'x')))).rejects.toThrow(/limit/)
    const rows = gzipSync(`a,b\n${'1,2\n'.repeat(5_000_000)}`)
    expect(rows.length).toBeLessThan(100_000)
    await expect(readBytes(rows, { ...defaultLimits, fileBytes: 2 ** 20 })).rejects.toThrow(
      /larger than 1048576 bytes once it is unpacked/,
    )
    await expect(readBytes(rows, limitsFor(16_000_000))).rejects.toThrow(
      "more than 1000000 values (rows times columns), which is the limit of this worker's memory",
    )
  })
  test('a Parquet file of few bytes and long texts', async () => {
    const path = join(folder, 'long.parquet')
    const database = await DuckDBInstance.create(':memory:')
    const connection = await database.connect()
    await connection.run(
      `copy (select repeat('x', 2000000) as text, i % 2 as target from range(50) t(i)) to '${path}' (format parquet)`,
    )
    connection.closeSync()
    database.closeSync()
    await expect(readTable(path)).rejects.toThrow(
      'A field of the dataset has more than 1048576 bytes, which is the limit: leave its column out.',
    )
  })
  test('documents with too many columns, values or characters', async () => {
    const limits = { fileBytes: 1e9, columns: 3, cells: 10, fieldBytes: 20 }
    const take = async (documents: Record<string, unknown>[]) => {
      async function* each() {
        yield* documents
      }
      return Array.fromAsync(withinLimits(each(), limits, (n) => `Document ${n}`))
    }
    await expect(take([{ a: 1 }, { b: 2, c: 3, d: 4 }])).rejects.toThrow(
      'Document 2 brings the dataset above 3 columns, the limit.',
    )
    await expect(take(Array.from({ length: 11 }, () => ({ a: 1 })))).rejects.toThrow(/more than 10 values/)
    await expect(take([{ a: 'x'.repeat(21) }])).rejects.toThrow(
      'Document 1 has 21 characters in "a"; the limit is 20.',
    )
    expect(await take([{ a: 1 }, { a: 2 }])).toHaveLength(2)
  })
})

test('the limit on values follows from the memory, up to one for all', () => {
  expect(limitsFor(2 ** 30).cells).toBe(2 ** 26)
  expect(limitsFor(2 ** 40).cells).toBe(defaultLimits.cells)
  expect(() => checkCells(2 ** 13, 2 ** 13, limitsFor(2 ** 30))).not.toThrow()
  expect(() => checkCells(2 ** 13, 2 ** 13 + 1, limitsFor(2 ** 30))).toThrow(/memory raised/)
})
