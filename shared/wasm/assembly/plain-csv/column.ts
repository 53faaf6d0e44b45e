import { readLong } from './long-numbers'
import { readMiddle } from './middle-numbers'
import { readOther } from './other-field'
import { readShort } from './short-numbers'

/** The first byte of words is mostly one from here on. */
const LETTERS: u32 = 65

/** Reads one column's fields of `lines` lines. For the parameters see `readShort` and `parse`. */
export function readColumn(
  end: usize,
  lines: i32,
  column: i32,
  columns: i32,
  cell: usize,
  mark: usize,
  texts: usize,
): bool {
  const stride = (<usize>columns) << 2
  for (let left = lines; left > 0; ) {
    const before = left
    for (let kind = 0; kind < 3 && left > 0; kind++) {
      const read =
        kind == 0
          ? readShort(end, left, stride, cell, mark)
          : kind == 1
            ? readMiddle(end, left, stride, cell, mark)
            : readLong(end, left, stride, cell, mark)
      end += <usize>read * stride
      cell += (<usize>read) << 3
      left -= read
    }
    if (left < before) continue
    // A number of none of these kinds, or text, which is seldom alone.
    while (left > 0) {
      const start = load<u32>(end - 4) + 1
      if (!readOther(start, load<u32>(end), column, columns, cell, mark, texts)) return false
      end += stride
      cell += 8
      left--
      if (load<u8>(start) < LETTERS) break
    }
  }
  return true
}
