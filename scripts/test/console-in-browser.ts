/**
 * Drives the console in Chromium from an empty start: drop a CSV, train, watch the curves, open the report, predict, set an
 * alias, train on dates and texts, compare, cancel, redrive. Then opens every page on a phone and on a desk, light and dark: axe-core finds nothing,
 * no page is wider than its window, nothing is in the browser's console, no request goes to another host.
 * Keeps screenshots in .browser/console, and one of the README in docs/console.png. Ends with the plain line
 * "N passed, N failed".
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import type { Page, ViewportSize } from 'playwright-core'
import { completedResult } from '../../shared/jobs/result.ts'
import { hostileCsv, hostileNames } from '../../test/report/hostile.ts'
import { parityCsv } from '../../test/support/parity-set.ts'
import { testStack } from '../../test/support/stack.ts'
import { browserFolder, openBrowser, windows } from './browser.ts'
import { faultsOf, listen } from './console/page-faults.ts'
import {
  cancel,
  compare,
  dropAndTrain,
  formHasAll,
  keyboard,
  predict,
  redrive,
  report,
  setAlias,
  trainAgain,
  trainOnDatesAndTexts,
  trainSample,
  verify,
} from './console/walk.ts'
import { step } from './steps.ts'

const screenshots = join(browserFolder, 'console')
await mkdir(screenshots, { recursive: true })
const worker = await testStack({ api: { port: 0 }, concurrency: 2 })
const url = `${worker.stack.apiUrl}/console/`
const browser = await openBrowser()
let passed = 0
let failed = 0

/** @param page one that stays open: of a check that fails, what it showed is kept. */
async function check(
  name: string,
  seconds: number,
  work: () => Promise<unknown>,
  page?: Awaited<ReturnType<typeof open>>,
): Promise<void> {
  try {
    await step(name, seconds, work)
    passed++
  } catch (error) {
    console.error(error)
    failed++
    if (page === undefined) return
    console.error(`The page, ${page.url()}:`, await page.locator('body').innerText(), page.faults)
    await page.screenshot({ path: join(screenshots, `failed-${failed}.png`), fullPage: true })
  }
}

/** A page that hears of all that must not be. */
async function open(
  path: string,
  options: Parameters<typeof browser.newPage>[0],
): Promise<Page & { faults: string[] }> {
  const page = await browser.newPage(options)
  const faults = listen(page, new URL(url).origin)
  await page.goto(url + path)
  return Object.assign(page, { faults })
}

/** Looks at a page, light and dark, with all of it unfolded. */
async function look(name: string, hash: string, window: string, viewport: ViewportSize): Promise<void> {
  const page = await open(hash, { viewport, colorScheme: 'light' })
  await page.locator('main h1').waitFor()
  await page.waitForLoadState('load')
  await page.getByText('Loading …').waitFor({ state: 'hidden' })
  await page.waitForTimeout(500)
  if (name === 'model-hostile') await report(page, '<script>alert')
  for (const details of await page.locator('main details').all())
    await details.evaluate((element) => element.setAttribute('open', ''))
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    page.faults.push(...(await faultsOf(page)).map((fault) => `${colorScheme}: ${fault}`))
    await page.screenshot({ path: join(screenshots, `${name}-${window}-${colorScheme}.png`), fullPage: true })
  }
  await page.close()
  const expected = name === 'job-unknown' ? /status of 404/ : /^$/
  const found = page.faults.filter((fault) => !expected.test(fault))
  if (found.length > 0) throw new Error(found.join('\n'))
}

try {
  const { viewport } = windows[1]
  const page = await open('', { viewport, colorScheme: 'light' })
  page.setDefaultTimeout(20_000)
  const walk = (name: string, seconds: number, work: (page: Page) => Promise<unknown>) =>
    check(name, seconds, () => work(page), page)
  await walk('an empty start says what to do', 20, () => page.getByText('No job yet').waitFor())
  await walk('the keyboard leads to the page', 20, keyboard)
  await walk('a dropped CSV is trained on, and the curves move', 120, () =>
    dropAndTrain(page, parityCsv('iris')),
  )
  await walk('the report opens', 30, () => report(page))
  await walk('a prediction follows each change', 30, predict)
  await walk('an alias is set', 30, setAlias)
  const model = page.url()
  const job = await page.getByRole('link', { name: /^iris-dnn-/ }).getAttribute('href')
  await walk('it is trained again with a change', 90, trainAgain)
  await walk('the screenshot of the README', 30, async () => {
    await page.getByLabel('petal width (cm)', { exact: true }).fill('1.6')
    await page.waitForTimeout(500)
    await page.evaluate(() => scrollTo(0, 0))
    await page.getByRole('heading', { level: 1 }).click()
    await page.screenshot({ path: join(import.meta.dirname, '..', '..', 'docs', 'console.png') })
  })
  await walk('two models are compared', 90, () => compare(page, 2, /epochs.*12000/))
  const comparison = page.url()
  await walk('a regression on dates and texts is trained and predicts', 90, trainOnDatesAndTexts)
  const regression = page.url()
  await walk('three models are compared', 60, () =>
    compare(page, 3, /task.*classification.*regression|task.*regression.*classification/),
  )
  await walk('a model of texts is trained', 90, () => trainSample(page, 'naive_bayes'))
  await walk('four models are compared', 60, () => compare(page, 4, /algorithm.*naive_bayes/))
  const comparisonOfFour = page.url()
  await walk('the form has each field of the schemas', 120, formHasAll)
  await walk('a job is cancelled', 60, cancel)
  const cancelled = page.url()
  const letter = JSON.stringify({ job_id: 'came-back', algorithm: 'decision_tree', dataset_path: 'iris.csv' })
  const QueueUrl = worker.stack.environment.DEAD_LETTER_QUEUE_URL
  await worker.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: letter }))
  await walk('a dead letter is sent again and trained', 60, () => redrive(page, 'came-back'))
  await walk('registry and bucket are verified', 60, verify)
  await check('the walk made no fault', 5, async () => {
    // A model is looked for before it is registered, and then again.
    const found = page.faults.filter((fault) => !fault.includes('status of 404'))
    if (found.length > 0) throw new Error(found.join('\n'))
  })
  await page.close()
  await check('a page in a tab behind another has its data', 20, async () => {
    const behind = await browser.newPage({ viewport })
    await behind.addInitScript(() => Object.defineProperty(document, 'hidden', { get: () => true }))
    await behind.goto(`${url}#/new`)
    await behind.getByLabel('Algorithm').waitFor()
    await behind.close()
  })

  await worker.send(
    JSON.stringify({ job_id: 'wrong', algorithm: 'svm', dataset_path: 'iris.csv', target_column: 'nowhere' }),
  )
  await worker.resultOf('wrong')
  const hostile = {
    job_id: 'hostile',
    algorithm: 'logistic_regression',
    target_column: 'target',
    model_name: hostileNames[1],
  }
  await worker.train(hostileCsv(), hostile)
  const search = { method: 'halving', parameters: { max_depth: [1, 2, 3], criterion: ['gini', 'entropy'] } }
  for (const tried of [
    { job_id: 'auto', algorithm: 'auto', auto: { time_budget_seconds: 5 } },
    { job_id: 'search', algorithm: 'decision_tree', search },
  ]) {
    await worker.send(JSON.stringify({ ...tried, dataset_path: 'iris.csv' }))
    await worker.resultOf(tried.job_id)
  }
  const long = { epochs: 1_000_000, hidden_layers: [64] }
  // Three trials that end at once, and one that does not.
  const trying = {
    job_id: 'trying',
    algorithm: 'dnn',
    dataset_path: 'iris.csv',
    search: { parameters: { epochs: [5, 10, 20, 1_000_000] }, cv: 3 },
  }
  await worker.send(JSON.stringify(trying))
  await check('trials are seen while they run', 60, async () => {
    const live = await open('#/jobs/trying', { viewport, colorScheme: 'light' })
    await live.getByText('3 of 4 have ended.').waitFor()
    await live.close()
  })
  await worker.send(
    JSON.stringify({ job_id: 'running', algorithm: 'dnn', dataset_path: 'iris.csv', hyperparameters: long }),
  )
  const { model_id } = completedResult.parse(await worker.resultOf('hostile'))
  const lost = JSON.stringify({ job_id: 'lost', algorithm: 'svm', dataset_path: 'nowhere.csv' })
  await worker.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: lost }))

  const pages: Record<string, string> = {
    jobs: '#/jobs',
    'jobs-none': '#/jobs?prefix=zzz',
    job: '#/jobs/came-back',
    'job-curves': job ?? '',
    'job-running': '#/jobs/running',
    'job-trials-live': '#/jobs/trying',
    'job-hostile': '#/jobs/hostile',
    'job-failed': '#/jobs/wrong',
    'job-auto': '#/jobs/auto',
    'job-search': '#/jobs/search',
    'job-cancelled': new URL(cancelled).hash,
    'job-unknown': '#/jobs/unknown',
    new: '#/new',
    'new-from': '#/new?from=came-back',
    models: '#/models',
    model: new URL(model).hash,
    'model-hostile': `#/models/${model_id}`,
    'compare-hostile': `${new URL(comparison).hash}&model=${model_id}`,
    compare: new URL(comparison).hash,
    'compare-four': new URL(comparisonOfFour).hash,
    'model-regression': new URL(regression).hash,
    datasets: '#/datasets',
    dataset: '#/datasets/iris.csv',
    'dead-letters': '#/dead-letters',
    health: '#/health',
    nowhere: '#/nowhere',
  }
  for (const [name, hash] of Object.entries(pages))
    for (const { name: window, viewport } of windows)
      await check(`${name}-${window}`, 60, () => look(name, hash, window, viewport))
} finally {
  await browser.close()
  await worker.close()
}
console.log(`${passed} passed, ${failed} failed`)
if (failed > 0) process.exitCode = 1
