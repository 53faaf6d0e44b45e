/** Random fits that a folder's fits.py makes with scikit-learn, a line of JSON each, compared with ours. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { z } from 'zod'

const packed = <T>(make: (bytes: ArrayBuffer) => T) =>
  z.base64().transform((text) => make(Uint8Array.from(Buffer.from(text, 'base64')).buffer))
export const float64 = packed((bytes) => new Float64Array(bytes))
export const int32 = packed((bytes) => new Int32Array(bytes))
export const uint8 = packed((bytes) => new Uint8Array(bytes))

/** What every line of a fits.py has. */
export const referenceFit = z.object({
  number: z.int(),
  params: z.record(z.string(), z.json()),
  rows: z.int(),
  columns: z.int(),
  /** 0: a regression. */
  classes: z.int(),
  x: float64,
  /** Why scikit-learn does not fit. */
  refused: z.string().optional(),
})
type ReferenceFit = z.infer<typeof referenceFit>

export type Comparison<Fit> = {
  /** Where fits.py is. */
  readonly folder: string
  /** How many fits, by default. */
  readonly fits: number
  readonly schema: z.ZodType<Fit>
  /** Fits as ours and says what differs; nothing when both are equal. Throws where ours refuses. */
  differences(wanted: Fit): Promise<string[]>
  nodes(wanted: Fit): number
  /** Names a fit that differs. */
  about(wanted: Fit): string
}

/** Compares as many fits as the command line asks for, or as fit into `--minutes`. Ends with 1 when one differs. */
export async function compareFits<Fit extends ReferenceFit>(comparison: Comparison<Fit>): Promise<void> {
  const { values: options } = parseArgs({
    options: {
      fits: { type: 'string', default: String(comparison.fits) },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      first: { type: 'string', default: '0' },
      minutes: { type: 'string', default: 'Infinity' },
      only: { type: 'string' },
    },
  })
  const { seed, only } = options
  const first = Number(only ?? options.first)
  const fits = only === undefined ? Number(options.fits) : 1
  const until = Date.now() + Number(options.minutes) * 60_000
  console.log(only === undefined ? `${fits} fits from ${first}, seed ${seed}` : `fit ${only} of seed ${seed}`)

  const python = join(import.meta.dirname, '../../.venv-sklearn/bin/python')
  const generator = spawn(
    python,
    [join(comparison.folder, 'fits.py'), '--seed', seed, '--fits', String(fits), '--first', String(first)],
    // Its threads spin, which on a busy machine takes most of the time.
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, OMP_NUM_THREADS: '1' } },
  )
  const ended = once(generator, 'close')
  let fitted = 0
  let refused = 0
  let nodes = 0
  let different = 0
  for await (const line of createInterface({ input: generator.stdout })) {
    const wanted = comparison.schema.parse(JSON.parse(line))
    const found = await differencesOf(wanted, comparison)
    fitted++
    if (wanted.refused !== undefined) refused++
    nodes += comparison.nodes(wanted)
    if (found.length > 0) {
      different++
      const what = `${wanted.rows} x ${wanted.columns}, ${wanted.classes} classes, ${JSON.stringify(wanted.params)}, ${comparison.about(wanted)}`
      console.log(`DIFFERENT: --seed ${seed} --only ${wanted.number}: ${what}`)
      console.log(found.map((each) => `  ${each}`).join('\n'))
    }
    if (fitted % 500 === 0) console.log(`${fitted} fits, ${nodes} nodes, ${different} different`)
    if (Date.now() > until) break
  }
  if (fitted < fits && Date.now() > until) {
    generator.stdout.destroy()
    generator.kill()
    console.log(`To go on: --seed ${seed} --first ${first + fitted} --fits ${fits - fitted}`)
  } else {
    const [code] = await ended
    if (code !== 0 || fitted !== fits)
      throw new Error(`fits.py ended with ${code} after ${fitted} of ${fits} fits.`)
  }
  console.log(
    `${fitted} fits (${refused} refused by both), ${nodes} nodes: ${different} different, seed ${seed}`,
  )
  if (different > 0) process.exitCode = 1
}

async function differencesOf<Fit extends ReferenceFit>(
  wanted: Fit,
  { differences }: Comparison<Fit>,
): Promise<string[]> {
  try {
    const found = await differences(wanted)
    return wanted.refused === undefined ? found : [`scikit-learn says: ${wanted.refused}`]
  } catch (error) {
    if (wanted.refused !== undefined) return []
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)]
  }
}
