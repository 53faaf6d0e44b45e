/** npm run parity: every algorithm beside scikit-learn, as a table. */
import { parityRows, tolerance } from '../../test/support/parity-table.ts'

const rows = await parityRows()
for (const row of rows) {
  const isEqual = row.differing === 0 && row.distance <= tolerance[row.algorithm]
  process.stdout.write(
    `${[
      row.dataset.padEnd(14),
      row.algorithm.padEnd(20),
      isEqual ? 'equal ' : 'DIFFERS',
      `accuracy ${row.accuracy.toFixed(4)} (${row.expectedAccuracy.toFixed(4)})`,
      `${row.differing} labels differ`,
      `${row.what} to ${row.distance.toExponential(1)}`,
    ].join('  ')}\n`,
  )
  if (!isEqual) process.exitCode = 1
}
