/** What a person does in the console, one function each; each ends on the page that the next one begins with. */
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'

export async function keyboard(page: Page): Promise<void> {
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  const focused = await page.evaluate(() => document.activeElement?.id)
  if (focused !== 'main') throw new Error(`The focus is on ${focused}, not on the page.`)
}

export async function dropAndTrain(page: Page, csv: string | URL): Promise<void> {
  await page.getByRole('link', { name: 'New job' }).click()
  const text = await readFile(csv, 'utf8')
  const transfer = await page.evaluateHandle((text) => {
    const transfer = new DataTransfer()
    transfer.items.add(new File([text], 'iris.csv', { type: 'text/csv' }))
    return transfer
  }, text)
  await page.locator('.drop').dispatchEvent('drop', { dataTransfer: transfer })
  await page.getByRole('radio', { name: 'Predict target' }).check()
  await page.getByLabel('Algorithm').selectOption('dnn')
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

export async function compare(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Models' }).click()
  await page.getByRole('checkbox').nth(1).waitFor()
  for (const box of await page.getByRole('checkbox').all()) await box.check()
  await page.getByRole('link', { name: 'Compare 2' }).click()
  await page.getByRole('row', { name: /epochs.*12000/ }).waitFor()
}

export async function cancel(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'New job' }).click()
  await page.getByRole('button', { name: 'iris.csv' }).click()
  await page.getByLabel('Algorithm').selectOption('dnn')
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
