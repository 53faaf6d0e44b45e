import type { Manifest } from '../artifact/manifest.ts'
import { dateFeatures } from '../data/dates.ts'
import type { Encoding } from '../data/fit-features.ts'
import { percent } from '../errors/sentences.ts'
import { count, figure, type Html, html, shown } from './html.ts'
import type { ColumnSummary, DataSummary } from './report-data.ts'
import { scrolling } from './results-section.ts'

/** The dataset, column by column. */
export function dataSection(data: DataSummary): Html {
  const more = data.columnCount - data.columns.length
  return html`<section><h2>The data</h2>
<p>${count(data.rows)} rows, ${count(data.columnCount)} columns; ${data.columnsWithMissing === 0 ? 'no value is missing' : `values are missing in ${count(data.columnsWithMissing)} of them`}.</p>
${scrolling(
  'Columns of the dataset',
  html`<table><thead><tr><th scope="col" class="text">column</th><th scope="col" class="text">values</th><th scope="col">missing</th></tr></thead>
<tbody>${data.columns.map(
    (column, j) =>
      html`<tr><th scope="row">${shown(column.name)}${j === 0 ? ' (target)' : ''}</th><td class="text">${values(column)}</td><td>${missing(column, data.rows)}</td></tr>`,
  )}</tbody></table>`,
)}
${more > 0 ? html`<p class="muted">The first ${data.columns.length} columns, and ${count(more)} more.</p>` : undefined}
</section>`
}

function missing({ missing }: ColumnSummary, rows: number): string {
  return missing === 0 ? '–' : `${count(missing)} (${percent(missing / rows)})`
}

function values({ kind, least, mean, greatest, distinct, frequent }: ColumnSummary): Html {
  if (kind === 'number') return html`${figure(least)} to ${figure(greatest)}, mean ${figure(mean)}`
  const texts = frequent.map(({ text, rows }) => `${shown(text, 20)} (${count(rows)})`).join(', ')
  const more = (distinct ?? 0) - frequent.length
  return html`${texts}${more > 0 ? ` and ${count(more)} more` : ''}`
}

/** What was trained on what, and how to find it again. */
export function trainingSection(manifest: Manifest): Html {
  const { dataset, signature, metrics } = manifest
  const parameters = Object.entries(manifest.hyperparameters).filter(([, value]) => value !== undefined)
  return html`<section><h2>What was trained on what</h2>
<dl>${facts([
    ['Algorithm', manifest.algorithm],
    ['Target', shown(signature.output.name)],
    ...(signature.output.classes === undefined
      ? []
      : ([['Classes', count(signature.output.classes.length)]] as const)),
    ['Features', count(signature.inputs.length)],
    ['Dataset', shown(dataset.path, 120)],
    ['Found in', shown(dataset.source, 200)],
    ...chosenColumns(dataset),
    ...dateRows(dataset),
    ...(dataset.sample_weight_column
      ? [['Weights of rows', shown(dataset.sample_weight_column)] as const]
      : []),
    ...(dataset.encoding ? [['Text columns', encoded[dataset.encoding]] as const] : []),
    [
      'Rows',
      `${count(dataset.rows + (dataset.test?.rows ?? 0))}, of which ${count(dataset.train_rows)} to train and ${count(dataset.test_rows)} to test (${howSplit(dataset)})`,
    ],
    ['Training time', metrics.training_time === null ? '–' : `${metrics.training_time.toFixed(3)} s`],
    ['Accepted', `${manifest.created_at.slice(0, 19).replace('T', ' ')} UTC`],
  ])}</dl>
<h3>Hyperparameters</h3>
<dl class="short">${facts(parameters.map(([name, value]) => [name, html`<code>${shown(JSON.stringify(value), 200)}</code>`]))}</dl>
<h3>Where it comes from</h3>
<dl>${facts([
    ['Model', shown(manifest.model_name, 120)],
    ['Version', manifest.version],
    ['Model id', html`<code>${manifest.model_id}</code>`],
    ['Job id', html`<code>${shown(manifest.job_id, 120)}</code>`],
    ['Dataset’s sha256', html`<code>${dataset.sha256}</code>`],
    ...Object.entries(manifest.files).map(([name, file]): [string, Html] => [
      name,
      html`${count(file.bytes)} bytes, sha256 <code>${file.sha256}</code>`,
    ]),
    [
      'Trained by',
      `tensorfleet ${manifest.trained_by.tensorfleet}, Node ${manifest.trained_by.node}, ${manifest.trained_by.platform}`,
    ],
  ])}</dl>
</section>`
}

const encoded: Readonly<Record<Encoding, string>> = {
  label: 'a number for each text',
  one_hot: 'one-hot encoded',
  target: 'the mean of the target for each text',
  native: 'categories without an order',
}

function dateRows({ date_columns }: Manifest['dataset']): [string, string][] {
  if (date_columns === undefined) return []
  const dates = dateFeatures(date_columns).map(({ name, parts }) => `${name} (${parts.join(', ')})`)
  return [['Dates', shown(dates.join('; '), 400)]]
}

/** How the test rows were chosen. */
function howSplit({ split = {}, test }: Manifest['dataset']): string {
  if (test) return `those of ${shown(test.path, 120)}`
  if (split.time_column) return `the latest by ${shown(split.time_column)}`
  if (split.shuffle === false) return 'the last ones'
  const how = split.group_column
    ? `whole groups by ${shown(split.group_column)}`
    : split.stratify
      ? 'each class with the same share'
      : 'random'
  return `${how}, numpy’s seed ${split.random_state ?? 42}`
}

function chosenColumns({
  feature_columns: chosen,
  drop_columns: dropped,
}: Manifest['dataset']): [string, string][] {
  if (chosen) return [['Features chosen', shown(chosen.join(', '), 400)]]
  return dropped ? [['Columns left out', shown(dropped.join(', '), 400)]] : []
}

function facts(entries: readonly (readonly [string, string | Html])[]): Html[] {
  return entries.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)
}
