/** The one key of a job that others know: S3 announces it when a result is committed. */
export const resultKey = (jobId: string) => `jobs/${jobId}/result.json`

/** `jobs/x/result.json` → `x`; undefined for any other key. */
export function jobIdOfResult(key: string): string | undefined {
  return /^jobs\/([^/]+)\/result\.json$/.exec(key)?.[1]
}
