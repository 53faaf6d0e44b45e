/** How large a machine AWS Batch is asked for. */

/** What a job needs at least: bytes of memory, and seconds; and about how many bytes, where that is known. */
export type Needs = {
  readonly memoryBytes: number
  readonly likelyBytes?: number
  readonly seconds: number
}

export type Machine = { readonly vcpus: number; readonly memoryMb: number }

/**
 * What Fargate takes from four processors on, MiB of memory by processors; EC2 takes it, too.
 *
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_ResourceRequirement.html
 */
const sizes = [
  { vcpus: 4, from: 8 * 1024, to: 30 * 1024, by: 1024 },
  { vcpus: 8, from: 16 * 1024, to: 60 * 1024, by: 4 * 1024 },
  { vcpus: 16, from: 32 * 1024, to: 120 * 1024, by: 8 * 1024 },
] as const

const largest = sizes[sizes.length - 1]
export const MAX_MACHINE_BYTES = largest.to * 2 ** 20

/** A machine gets half as much again as a lower bound, and a quarter more than is likely, by which that may be wrong. */
const ABOVE_LEAST = 1.5
const ABOVE_LIKELY = 1.25

/** A fit that would take longer gets more processors. */
const LONG_SECONDS = 3600

/** The machine for a job whose memory ran out on this one: twice as much, or the largest; undefined where that was it. */
export function largerThan({ vcpus, memoryMb }: Machine): Machine | undefined {
  if (memoryMb >= largest.to) return undefined
  const wantedMb = Math.min(largest.to, 2 * memoryMb)
  const size = sizes.find(({ vcpus: most, to }) => wantedMb <= to && most >= vcpus) ?? largest
  return { vcpus: size.vcpus, memoryMb: Math.max(size.from, Math.ceil(wantedMb / size.by) * size.by) }
}

/**
 * The smallest machine for a job. It has more processors than the memory needs where the fit takes long on fewer.
 *
 * @param threads for which the needed seconds were estimated.
 * @returns undefined where no machine is large enough.
 */
export function machineFor(
  { memoryBytes, likelyBytes, seconds }: Needs,
  threads: number,
): Machine | undefined {
  if (memoryBytes > MAX_MACHINE_BYTES) return undefined
  const wantedBytes =
    likelyBytes === undefined ? ABOVE_LEAST * memoryBytes : Math.max(memoryBytes, ABOVE_LIKELY * likelyBytes)
  const wantedMb = Math.min(largest.to, Math.ceil(wantedBytes / 2 ** 20))
  const isQuick = (vcpus: number) => (seconds * threads) / vcpus <= LONG_SECONDS
  const size = sizes.find(({ vcpus, to }) => wantedMb <= to && isQuick(vcpus)) ?? largest
  const memoryMb = Math.max(size.from, Math.ceil(wantedMb / size.by) * size.by)
  return { vcpus: size.vcpus, memoryMb }
}
