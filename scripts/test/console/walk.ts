/** What a person does in the console, one function each; each ends on the page that the next one begins with. */
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { z } from 'zod'

export async function keyboard(page: Page): Promise<void> {
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  const focused = await page.evaluate(() => document.activeElement?.id)
  if (focused !== 'main') throw new Error(`The focus is on ${focused}, not on the page.`)
}

async function drop(page: Page, name: string, text: string): Promise<void> {
  const dataTransfer = await page.evaluateHandle(
    ([name, text]) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([text], name, { type: 'text/csv' }))
      return transfer
    },
    [name, text],
  )
  await page.locator('.drop').dispatchEvent('drop', { dataTransfer })
}

export async function dropAndTrain(page: Page, csv: string | URL): Promise<void> {
  await page.getByRole('link', { name: 'New job' }).click()
  await drop(page, 'iris.csv', await readFile(csv, 'utf8'))
  await page.getByRole('radio', { name: 'Predict target' }).check()
  await page.getByLabel('Algorithm').first().selectOption('dnn')
  await page.getByText('Hyperparameters').click()
  await page.getByLabel('epochs', { exact: true }).fill('12000')
  await page.getByLabel('validation_split', { exact: true }).fill('0.2')
  const command = await page.locator('.command').textContent()
  if (
    command !==
    'npx tensorfleet train iris.csv --algorithm dnn --target target --param epochs=12000 --param validation_split=0.2'
  )
    throw new Error(`The command is ${command}`)
  await page.getByRole('button', { name: 'Train', exact: true }).click()
  const live = page.locator('section[aria-label="Learning curves, live"] polyline').first()
  await live.waitFor()
  const before = await live.getAttribute('points')
  await page.waitForFunction(
    (before) =>
      document
        .querySelector('section[aria-label="Learning curves, live"] polyline')
        ?.getAttribute('points') !== before,
    before,
  )
  await page.getByRole('link', { name: 'Open the model' }).click({ timeout: 90_000 })
  await page.getByRole('heading', { name: 'Predict' }).waitFor()
}

/** Opens the report, which must have the text. */
export async function report(page: Page, text = 'Learning curve'): Promise<void> {
  await page.getByRole('button', { name: 'Open the report' }).click()
  await page.frameLocator('iframe.report').getByText(text).first().waitFor()
}

export async function predict(page: Page): Promise<void> {
  const answer = page.locator('output.answer')
  const answerBecomes = (text: string) => answer.filter({ hasText: text }).waitFor()
  for (const [column, value] of [
    ['sepal length (cm)', '5.0'],
    ['sepal width (cm)', '3.5'],
    ['petal length (cm)', '1.4'],
    ['petal width (cm)', '0.2'],
  ])
    await page.getByLabel(column, { exact: true }).fill(value)
  await answerBecomes('setosa')
  for (const column of ['petal length (cm)', 'petal width (cm)']) {
    const slider = page.getByRole('slider', { name: column })
    await slider.focus()
    await slider.press('End')
  }
  await answerBecomes('virginica')
}

export async function setAlias(page: Page): Promise<void> {
  await page.getByLabel('Alias that points').fill('champion')
  await page.getByRole('button', { name: 'Set the alias' }).click()
  await page.getByRole('button', { name: 'Remove the alias champion' }).waitFor()
}

export async function trainAgain(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Train again with changes' }).click()
  await page.getByLabel('epochs', { exact: true }).fill('200')
  await page.getByRole('button', { name: 'Train', exact: true }).click()
  await page.getByRole('link', { name: 'Open the model' }).click()
  await page.locator('output.answer').waitFor()
}

/** Trains on dates and texts, to predict numbers, and predicts one. */
export async function trainOnDatesAndTexts(page: Page): Promise<void> {
  const cities = ['Oslo', 'Lima', 'Pune']
  const lines = Array.from({ length: 120 }, (_, k) => {
    const day = new Date(Date.UTC(2025, 0, 1 + 3 * k)).toISOString().slice(0, 10)
    return `${day},${cities[k % 3]},${(k * 37) % 50},${(k % 3) * 100 + ((k * 37) % 50) + 0.5}`
  })
  await page.getByRole('link', { name: 'New job' }).click()
  await drop(page, 'rents.csv', `day,city,size,rent\n${lines.join('\n')}\n`)
  await page.getByRole('radio', { name: 'Predict rent' }).check()
  await page.getByLabel('Algorithm').first().selectOption('gradient_boosting')
  await page.getByText('Columns, weights and where it runs').click()
  await page.getByLabel('date_columns', { exact: true }).fill('day')
  await page.getByLabel('encoding', { exact: true }).selectOption('native')
  const command = await page.locator('.command').textContent()
  if (!command?.endsWith('--target rent --date day --encoding native'))
    throw new Error(`The command is ${command}`)
  await page.getByRole('button', { name: 'Train', exact: true }).click()
  await page.getByRole('link', { name: 'Open the model' }).click()
  const answer = page.locator('output.answer')
  const answered = (text: RegExp) => answer.filter({ hasText: text }).waitFor()
  await page.getByLabel('size', { exact: true }).fill('20')
  await page.getByLabel('city', { exact: true }).selectOption('Pune')
  await answered(/^2[12]\d/)
  await page.getByLabel('city', { exact: true }).selectOption('Oslo')
  await page.getByLabel('day', { exact: true }).fill('2025-03-01')
  await answered(/^[12]\d(\.|$)/)
  const guesses = await page.getByText('Training had no such value').count()
  if (guesses > 0) throw new Error('A date as training had them is called unknown.')
}

export async function trainSample(page: Page, algorithm: string): Promise<void> {
  await page.getByRole('link', { name: 'New job' }).click()
  await page.getByRole('button', { name: 'rents.csv' }).click()
  await page.getByRole('radio', { name: 'Predict city' }).check()
  await page.getByLabel('Algorithm').first().selectOption(algorithm)
  await page.getByRole('button', { name: 'Train', exact: true }).click()
  await page.getByRole('link', { name: 'Open the model' }).click()
  await page.locator('output.answer').waitFor()
}

/** Compares so many of the models, which differ in a row. */
export async function compare(page: Page, count: number, row: RegExp): Promise<void> {
  await page.getByRole('link', { name: 'Models' }).click()
  const boxes = page.getByRole('checkbox')
  await boxes.nth(count - 1).waitFor()
  for (let k = 0; k < count; k++) await boxes.nth(k).check()
  await page.getByRole('link', { name: `Compare ${count}` }).click()
  await page.getByRole('row', { name: row }).waitFor()
}

/** The form has each field that the schemas of messages and of algorithms have. */
export async function formHasAll(page: Page): Promise<void> {
  const answer = await page.request.get(new URL('/api/v1/algorithms', page.url()).href)
  const estimators = z.array(
    z.object({
      task: z.string(),
      hyperparameters: z.object({ properties: z.record(z.string(), z.unknown()) }),
    }),
  )
  const { algorithms } = z
    .object({ algorithms: z.array(z.object({ name: z.string(), estimators })) })
    .parse(await answer.json())
  await page.getByRole('link', { name: 'New job' }).click()
  for (const { name, estimators } of algorithms) {
    await page.getByLabel('Algorithm').first().selectOption(name)
    for (const { task, hyperparameters } of estimators) {
      await page.getByLabel('Task').selectOption(task)
      for (const field of Object.keys(hyperparameters.properties))
        await page.getByLabel(field, { exact: true }).waitFor({ state: 'attached' })
    }
  }
  for (const field of ['split.test_size', 'csv.na_values', 'search.parameters', 'job_id', 'compute'])
    await page.getByLabel(field, { exact: true }).waitFor({ state: 'attached' })
  await page.getByLabel('Algorithm').first().selectOption('auto')
  await page.getByLabel('auto.time_budget_seconds', { exact: true }).waitFor({ state: 'attached' })
}

export async function cancel(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'New job' }).click()
  await page.getByRole('button', { name: 'iris.csv' }).click()
  await page.getByLabel('Algorithm').first().selectOption('dnn')
  await page.getByText('Hyperparameters').click()
  await page.getByLabel('epochs', { exact: true }).fill('1000000')
  await page.getByRole('button', { name: 'Train', exact: true }).click()
  await page.locator('.status', { hasText: 'running' }).waitFor()
  await page.getByRole('button', { name: /^Cancel/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  await page.locator('.status', { hasText: 'cancelled' }).waitFor()
}

export async function verify(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Health' }).click()
  await page.getByRole('button', { name: 'Verify' }).click()
  await page.getByText('✓ All agrees').waitFor()
}

export async function redrive(page: Page, jobId: string): Promise<void> {
  await page.getByRole('link', { name: 'Dead letters' }).click()
  await page.getByRole('button', { name: `Send again: ${jobId}` }).click()
  await page.getByText('1 message is in the jobs queue again.').first().waitFor()
  await page.getByRole('link', { name: 'Watch the jobs' }).click()
  await page.getByRole('row', { name: new RegExp(`${jobId}.*completed`) }).waitFor()
}
