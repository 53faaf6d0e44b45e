import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'

/** Columns of numbers in a file, which grow row by row and are read one by one. */
export type ColumnFile = {
  /** Adds rows: as many numbers of each column. */
  append(columns: readonly ArrayLike<number>[], rows: number): void
  /** Column `j`, of all rows. */
  read(j: number): Float64Array
  /** Forgets all rows. */
  clear(): void
  close(): void
}

/** Bytes that are kept in memory before they are written. */
const BUFFER_BYTES = 2 ** 24

/** Rows that were written together: column after column. */
type Group = { readonly offset: number; readonly rows: number }

/** @param path of a file that is made anew. */
export function createColumnFile(path: string, columns: number): ColumnFile {
  const file = openSync(path, 'w+')
  const capacity = Math.max(1024, Math.floor(BUFFER_BYTES / (8 * Math.max(1, columns))))
  const waiting = Array.from({ length: columns }, () => new Float64Array(capacity))
  let waitingRows = 0
  let groups: Group[] = []
  let end = 0
  let all = 0

  function flush(): void {
    if (waitingRows === 0) return
    groups.push({ offset: end, rows: waitingRows })
    for (const values of waiting) {
      const bytes = new Uint8Array(values.buffer, 0, 8 * waitingRows)
      writeWhole(file, bytes, end)
      end += bytes.length
    }
    waitingRows = 0
  }

  return {
    append(given, rows) {
      for (let first = 0; first < rows; ) {
        const count = Math.min(rows - first, capacity - waitingRows)
        for (const [j, values] of given.entries()) {
          const to = waiting[j]
          for (let i = 0; i < count; i++) to[waitingRows + i] = values[first + i]
        }
        waitingRows += count
        first += count
        if (waitingRows === capacity) flush()
      }
      all += rows
    },
    read(j) {
      flush()
      const values = new Float64Array(all)
      let row = 0
      for (const { offset, rows } of groups) {
        readWhole(file, values.subarray(row, row + rows), offset + 8 * j * rows)
        row += rows
      }
      return values
    },
    clear() {
      ftruncateSync(file)
      groups = []
      end = 0
      all = 0
      waitingRows = 0
    },
    close: () => closeSync(file),
  }
}

/** Writes all bytes; a system call may write fewer. */
export function writeWhole(file: number, bytes: Uint8Array, offset: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(file, bytes, done, bytes.length - done, offset + done)
  }
}

/** Fills `values` from the place on. Throws where the file is too short. */
export function readWhole(file: number, values: Float64Array | Float32Array, offset: number): void {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  for (let done = 0; done < bytes.length; ) {
    const read = readSync(file, bytes, done, Math.min(bytes.length - done, 2 ** 30), offset + done)
    if (read === 0) throw new Error('A temporary file is shorter than it was written.')
    done += read
  }
}
