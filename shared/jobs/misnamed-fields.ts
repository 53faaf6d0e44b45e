import { algorithms } from '../algorithms/index.ts'
import { type AlgorithmName, algorithmNames, type JobAlgorithmName } from '../algorithms/names.ts'
import { closestMatch } from '../errors/closest-match.ts'
import { quote } from '../errors/sentences.ts'
import { jobMessage } from './message.ts'

/** What people and other tools call a job's fields, in lower case without `_` and `-`. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  job_id: ['id', 'jobid', 'uuid'],
  algorithm: ['algo', 'model', 'modeltype', 'estimator', 'classifier', 'type'],
  dataset_path: [
    'dataset',
    'data',
    'path',
    'file',
    'url',
    'uri',
    's3path',
    's3uri',
    'datapath',
    'dataseturl',
  ],
  job_name: ['title'],
  model_name: ['name', 'modelname'],
  target_column: ['target', 'label', 'y', 'targetname', 'labelcolumn', 'class', 'outcome'],
  feature_columns: ['features', 'columns', 'usecols', 'inputs', 'featurenames', 'x'],
  drop_columns: ['drop', 'exclude', 'ignore', 'ignorecolumns', 'excludecolumns'],
  date_columns: ['dates', 'datecolumn', 'parsedates', 'datetimecolumns', 'timecolumns'],
  sample_weight_column: [
    'sampleweight',
    'sampleweights',
    'weight',
    'weights',
    'weightcolumn',
    'weightscolumn',
  ],
  encoding: ['encoder', 'categoricalencoding', 'onehot'],
  split: ['traintestsplit', 'holdout'],
  hyperparameters: [
    'hyperparams',
    'params',
    'parameters',
    'hparams',
    'hyperparameter',
    'settings',
    'options',
  ],
}

/** ` (did you mean "target_column"?)`, or that it belongs among the hyperparameters; nothing where neither is likely. */
export function fieldHint(field: string, algorithm?: JobAlgorithmName): string {
  const plain = field.toLowerCase().replaceAll(/[-_]/g, '')
  const known = Object.keys(jobMessage.shape)
  const alias = known.find((name) => otherNames[name]?.includes(plain) || name.replaceAll('_', '') === plain)
  const meant = alias ?? closestMatch(field, known)
  if (meant !== undefined) return ` (did you mean ${quote(meant)}?)`
  const names = algorithm === undefined || algorithm === 'auto' ? algorithmNames : [algorithm]
  const isHyperparameter = names.some((name) => knows(name, field))
  return isHyperparameter ? ` (did you mean it as one of the "hyperparameters"?)` : ''
}

function knows(algorithm: AlgorithmName, name: string): boolean {
  return Object.values(algorithms[algorithm].estimators).some(
    ({ hyperparameters: { schema, withoutEffect, refused } }) =>
      Object.hasOwn(schema.shape, name) || withoutEffect.includes(name) || Object.hasOwn(refused, name),
  )
}
