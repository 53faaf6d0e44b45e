/**
 * Predicts the rows of a data file with a trained model, batch by batch.
 *
 *     npx tensorfleet train iris --algorithm random_forest
 *     npx tensorfleet download DefaultJob_random_forest_iris ./model
 *     node examples/predict.ts ./model flowers.csv     # CSV, gzipped CSV, JSON lines or Parquet. Needs Node 24
 *
 * Prints per row the label and its probability.
 */
import { openModel, predictFile } from 'tensorfleet'

const [folder, file] = process.argv.slice(2)
if (folder === undefined || file === undefined) throw new Error('Usage: node examples/predict.ts FOLDER FILE')

const model = await openModel(folder)
for await (const { rows, labels, probabilities } of predictFile(model, file)) {
  const classes = (probabilities?.length ?? 0) / rows
  for (const [i, label] of labels.entries()) {
    const ofRow = probabilities?.subarray(i * classes, (i + 1) * classes)
    console.log(ofRow === undefined ? `${label}` : `${label} ${Math.max(...ofRow).toFixed(3)}`)
  }
}
