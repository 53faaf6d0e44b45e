import type { Job } from '../../shared/api/schemas.ts'
import { figure, words } from '../format.ts'

type Comparison = NonNullable<Job['comparison']>

/** Where the model of a search, or of "auto", is right and the next best are not. */
export function Rivals({ comparison }: { comparison: Job['comparison'] }) {
  if (comparison === undefined) return null
  const { rivals, test_rows, ahead, behind, classes } = comparison
  const names = rivals.map(({ algorithm, parameters }) =>
    [words(algorithm), ...Object.entries(parameters).map(([name, value]) => `${name}=${figure(value)}`)].join(
      ' ',
    ),
  )
  return (
    <section class="card" aria-label="Beside its rivals">
      <h2>Beside its rivals</h2>
      <p>
        The next best, fitted on the same training rows: {names.join(' and ')}. Of {test_rows} test rows, this
        model {classes ? 'alone is right' : 'is nearest to the actual number'} in {ahead}, and{' '}
        {classes ? 'alone wrong' : 'farthest from it'} in {behind}.
      </p>
      {classes && <Classes classes={classes} />}
      <Rows comparison={comparison} names={names} />
    </section>
  )
}

function Classes({ classes }: { classes: NonNullable<Comparison['classes']> }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by keyboard
    <section class="scroll" tabIndex={0} aria-label="Beside its rivals, per class">
      <table>
        <thead>
          <tr>
            {['class', 'test rows', 'right', 'alone right', 'alone wrong'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {classes.map((each) => (
            <tr key={each.class}>
              <td data-label="class">{each.class}</td>
              <td data-label="test rows">{each.test_rows}</td>
              <td data-label="right">{each.right}</td>
              <td data-label="alone right">{each.ahead}</td>
              <td data-label="alone wrong">{each.behind}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Rows({
  comparison: { rows, classes },
  names,
}: {
  comparison: Comparison
  names: readonly string[]
}) {
  if (rows.length === 0) return null
  return (
    <details>
      <summary>
        {classes ? 'Rows in which it alone is right' : 'Rows in which it is nearest by most'}: {rows.length}
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by keyboard */}
      <section class="scroll" tabIndex={0} aria-label="Test rows beside the rivals">
        <table>
          <thead>
            <tr>
              {['row', 'actual', 'this model', ...names].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ row, actual, predicted, rivals }) => (
              <tr key={row}>
                <td data-label="row">{row}</td>
                <td data-label="actual">{figure(actual)}</td>
                <td data-label="this model">{figure(predicted)}</td>
                {rivals.map((value, k) => (
                  <td key={names[k]} data-label={names[k]}>
                    {figure(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  )
}
