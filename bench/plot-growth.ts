/**
 * npm run bench:plot: draws docs/speed.svg from the rows of bench/results.md that `measureGrowth` has printed.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, View } from 'vega'
import { compile } from 'vega-lite'

const text = await readFile(join(import.meta.dirname, 'results.md'), 'utf8')
const [table] = (text.split('| fit | rows | columns |')[1] ?? '').split('\n\n')
const values = table
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter((cells) => Number(cells[2]) > 0)
  .flatMap(([, algorithm, rows, , ours, theirs, , peer]) => [
    { algorithm, rows: Number(rows), milliseconds: Number(ours), of: 'TensorFleet' },
    { algorithm, rows: Number(rows), milliseconds: Number(theirs), of: peer === 'jax' ? 'JAX' : peer },
  ])
if (values.length === 0) throw new Error('bench/results.md has no table of how fits grow with the rows.')

const { spec } = compile({
  data: { values },
  facet: { field: 'algorithm', title: null },
  columns: 3,
  spec: {
    width: 180,
    height: 150,
    mark: { type: 'line', point: true },
    encoding: {
      x: {
        field: 'rows',
        type: 'quantitative',
        scale: { type: 'log' },
        axis: { tickCount: 4 },
        title: 'rows',
      },
      y: {
        field: 'milliseconds',
        type: 'quantitative',
        scale: { type: 'log' },
        axis: { tickCount: 4 },
        title: 'ms to fit',
      },
      color: { field: 'of', title: null },
    },
  },
  config: { background: 'white' },
})
const view = new View(parse(spec), { renderer: 'none' })
await writeFile(join(import.meta.dirname, '..', 'docs', 'speed.svg'), await view.toSVG())
