import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const venv = join(import.meta.dirname, '..', '.venv-bench')
const packages = [
  'scikit-learn==1.9.1',
  'pandas==3.1.1',
  'numpy==2.4.6',
  'tensorflow-cpu==2.21.0',
  'pymongo==4.20.0',
  'scikit-learn-intelex==2026.2.0',
  'lightgbm==4.7.0',
  'ydf==0.16.1',
  'treelite==4.8.1',
  'onnxruntime==1.32.0',
  'polars==2.1.0',
  'pyarrow==26.0.1',
  'duckdb==2.0.1',
  'torch==2.15.0',
  'jax==0.10.2',
]

/**
 * The Python of the peers, in a venv of its own that is made the first time (some 6 GB, most of it CUDA, which torch does not start without). Undefined, with a word on
 * stderr, where there is no Python 3 or the packages cannot be had.
 */
export function peerPython(): string | undefined {
  const python = join(venv, 'bin', 'python')
  const ready = join(venv, 'ready')
  if (existsSync(ready)) return python
  try {
    process.stderr.write('Making the Python venv of the peers, which takes some minutes.\n')
    execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' })
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', ...packages], { stdio: 'inherit' })
    execFileSync('touch', [ready])
    return python
  } catch (error) {
    process.stderr.write(`Without the peers: ${error instanceof Error ? error.message : error}\n`)
    return undefined
  }
}
