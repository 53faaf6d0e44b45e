/** A model of a table or a file, trained in this process and read back from its file. */
import { estimatorFor } from '../../shared/algorithms/index.ts'
import type { AlgorithmName } from '../../shared/algorithms/names.ts'
import { type Predictor, readModelFile, writeModelFile } from '../../shared/artifact/model-file.ts'
import { prepare } from '../../shared/data/prepare.ts'
import type { Table } from '../../shared/data/table.ts'
import { readTable } from '../../shared/tabular/read-table.ts'
import { uninterrupted } from './fit.ts'

type Options = { target?: string; algorithm?: AlgorithmName; params?: Record<string, unknown> }

/** The text of the model's file. */
export async function trainedFile(
  data: Table | string,
  { target = 'y', algorithm = 'decision_tree', params = {} }: Options = {},
): Promise<string> {
  const table = typeof data === 'string' ? (await readTable(data)).table : data
  const entry = estimatorFor(algorithm, 'classification')
  const { preparation, train, test } = prepare(table, { target, keepMissing: entry.acceptsMissing })
  const fit = await entry.trainer(params).fit(
    {
      ...train,
      classCount: preparation.target.classes.length,
      featureNames: preparation.features.map(({ name }) => name),
      validation: test,
    },
    uninterrupted(),
  )
  if (fit.status !== 'done') throw new Error('The fit was paused.')
  return Buffer.concat([...writeModelFile(algorithm, preparation, fit.model.model)]).toString()
}

export async function trainHere(data: Table | string, options: Options = {}): Promise<Predictor> {
  return readModelFile(await trainedFile(data, options))
}
