import { open } from 'node:fs/promises'

/** Whether a file is Parquet, by its first bytes: behind `PAR1` there is never a text, as behind a column of that name. */
export async function isParquet(path: string): Promise<boolean> {
  return /^PAR1(?!\s)\p{Cc}/u.test((await firstBytes(path)).toString('latin1'))
}

/** The file's first five bytes, or fewer where it is shorter. */
async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(5), 0, 5, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
