import { JobError } from '../errors/job-error.ts'

/**
 * Loads code whose packages a small deployment leaves out.
 *
 * @param what does not work without them, and what to do instead; it follows "This worker was packaged without ".
 * @throws JobError (not_packaged) where a package is not there.
 */
export async function importOptional<T>(load: () => Promise<T>, what: string): Promise<T> {
  try {
    return await load()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') {
      throw new JobError('not_packaged', `This worker was packaged without ${what}.`, { cause: error })
    }
    throw error
  }
}
