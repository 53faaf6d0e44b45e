import { JobError, type JobErrorCode } from './job-error.ts'

/** A job that this worker cannot do, and a larger one could. Where there is none, it fails with the code and the sentence. */
export class Outgrown extends JobError {
  /** What it takes at least, and about how much memory, where that is known. */
  readonly needs: { readonly memoryBytes: number; readonly likelyBytes?: number; readonly seconds: number }

  constructor(code: JobErrorCode, message: string, needs: Outgrown['needs']) {
    super(code, message)
    this.needs = needs
  }
}
