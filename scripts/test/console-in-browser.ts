/**
 * Drives the console in Chromium from an empty start: drop a CSV, train, watch the curves, open the report, predict, set an
 * alias, compare, cancel, redrive. Then opens every page on a phone and on a desk, light and dark: axe-core finds nothing,
 * no page is wider than its window, nothing is in the browser's console, no request goes to another host.
 * Keeps screenshots in .browser/console, and one of the README in docs/console.png. Ends with the plain line
 * "N passed, N failed".
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import type { Page } from 'playwright-core'
import { parityCsv } from '../../test/support/parity-set.ts'
import { testStack } from '../../test/support/stack.ts'
import { browserFolder, openBrowser, windows } from './browser.ts'
import { faultsOf, listen } from './console/page-faults.ts'
import {
  cancel,
  compare,
  dropAndTrain,
  keyboard,
  predict,
  redrive,
  report,
  setAlias,
} from './console/walk.ts'
import { step } from './steps.ts'

const screenshots = join(browserFolder, 'console')
await mkdir(screenshots, { recursive: true })
const worker = await testStack({ api: { port: 0 } })
const url = `${worker.stack.apiUrl}/console/`
const browser = await openBrowser()
let passed = 0
let failed = 0

async function check(name: string, seconds: number, work: () => Promise<unknown>): Promise<void> {
  try {
    await step(name, seconds, work)
    passed++
  } catch (error) {
    console.error(error)
    failed++
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

try {
  const { viewport } = windows[1]
  const page = await open('', { viewport, colorScheme: 'light' })
  page.setDefaultTimeout(20_000)
  await check('an empty start says what to do', 20, () => page.getByText('No job yet').waitFor())
  await check('the keyboard leads to the page', 20, () => keyboard(page))
  await check('a dropped CSV is trained on, and the curves move', 120, () =>
    dropAndTrain(page, parityCsv('iris')),
  )
  await check('the report opens', 30, () => report(page))
  await check('a prediction follows each change', 30, () => predict(page))
  await check('the screenshot of the README', 30, async () => {
    await page.evaluate(() => scrollTo(0, 0))
    await page.getByRole('heading', { level: 1 }).click()
    await page.screenshot({ path: join(import.meta.dirname, '..', '..', 'docs', 'console.png') })
  })
  await check('an alias is set', 30, () => setAlias(page))
  const models = page.url()
  await check('two models are compared', 90, () => compare(page))
  const comparison = page.url()
  await check('a job is cancelled', 60, () => cancel(page))
  const cancelled = page.url()
  const letter = JSON.stringify({ job_id: 'came-back', algorithm: 'decision_tree', dataset_path: 'iris.csv' })
  const QueueUrl = worker.stack.environment.DEAD_LETTER_QUEUE_URL
  await worker.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: letter }))
  await check('a dead letter is sent again and trained', 60, () => redrive(page, 'came-back'))
  await check('the walk made no fault', 5, async () => {
    if (page.faults.length > 0) throw new Error(page.faults.join('\n'))
  })
  await page.close()

  await worker.send(
    JSON.stringify({ job_id: 'wrong', algorithm: 'svm', dataset_path: 'iris.csv', target_column: 'nowhere' }),
  )
  await worker.resultOf('wrong')
  const lost = JSON.stringify({ job_id: 'lost', algorithm: 'svm', dataset_path: 'nowhere.csv' })
  await worker.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: lost }))

  const pages: Record<string, string> = {
    jobs: '#/jobs',
    'jobs-none': '#/jobs?prefix=zzz',
    job: '#/jobs/came-back',
    'job-failed': '#/jobs/wrong',
    'job-cancelled': new URL(cancelled).hash,
    'job-unknown': '#/jobs/unknown',
    new: '#/new',
    'new-from': '#/new?from=came-back',
    models: '#/models',
    model: new URL(models).hash,
    compare: new URL(comparison).hash,
    datasets: '#/datasets',
    dataset: '#/datasets/iris.csv',
    'dead-letters': '#/dead-letters',
    health: '#/health',
    nowhere: '#/nowhere',
  }
  for (const [name, hash] of Object.entries(pages)) {
    for (const window of windows) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const title = `${name}-${window.name}-${colorScheme}`
        await check(title, 40, async () => {
          const opened = await open(hash, { viewport: window.viewport, colorScheme, isMobile: false })
          await opened.locator('main h1').waitFor()
          await opened.waitForTimeout(700)
          for (const details of await opened.locator('main details').all())
            await details.evaluate((element) => element.setAttribute('open', ''))
          const faults = [...(await faultsOf(opened)), ...opened.faults]
          await opened.screenshot({ path: join(screenshots, `${title}.png`), fullPage: true })
          await opened.close()
          const expected = name === 'job-unknown' ? /status of 404/ : /^$/
          const found = faults.filter((fault) => !expected.test(fault))
          if (found.length > 0) throw new Error(found.join('\n'))
        })
      }
    }
  }
} finally {
  await browser.close()
  await worker.close()
}
console.log(`${passed} passed, ${failed} failed`)
if (failed > 0) process.exitCode = 1
