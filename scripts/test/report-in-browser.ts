/**
 * Opens reports that the whole system made in Chromium, on a phone and on a desk, light and dark: nothing in the console,
 * no request, every drawing with its text, every text readable on its ground, no page wider than its window.
 * Keeps screenshots in .browser/screenshots. Ends with the plain line "N passed, N failed".
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { randomState } from '../../shared/data/random.ts'
import { resultKey } from '../../shared/job-store/result-key.ts'
import { modelKey } from '../../shared/storage/keys.ts'
import { hostileCsv } from '../../test/report/hostile.ts'
import { findFaults } from '../../test/report/page-faults.ts'
import { parityCsv } from '../../test/support/parity-set.ts'
import { testStack, until } from '../../test/support/stack.ts'
import { browserFolder, openBrowser, windows } from './browser.ts'

const screenshots = join(browserFolder, 'screenshots')

/** A target that no column tells. */
function noiseCsv(): string {
  const random = randomState(3)
  const rows = Array.from({ length: 200 }, () => `${random.double()},${random.double()},${random.randint(2)}`)
  return `a,b,target\n${rows.join('\n')}\n`
}

const iris = (await readFile(parityCsv('iris'))).toString()
const cases: { name: string; csv: string | Uint8Array; job: Record<string, unknown>; says: RegExp }[] = [
  { name: 'forest', csv: iris, job: { algorithm: 'random_forest' }, says: /mean decrease in impurity/ },
  {
    name: 'cnn',
    csv: await readFile(parityCsv('digits')),
    job: { algorithm: 'cnn', hyperparameters: { epochs: 5 } },
    says: /Learning curve: loss/,
  },
  {
    name: 'failed-quality',
    csv: noiseCsv(),
    job: { algorithm: 'svm', hyperparameters: { C: 0.0001 } },
    says: /Failed quality: no better than always giving the same answer/,
  },
  {
    name: 'small-tree',
    csv: iris,
    job: { algorithm: 'decision_tree', hyperparameters: { max_depth: 3 } },
    says: /The tree/,
  },
  {
    name: 'numbers',
    csv: await readFile(new URL('../../test/fixtures/parity-variants/diabetes.csv', import.meta.url)),
    job: { algorithm: 'gradient_boosting', task: 'regression' },
    says: /Predicted against actual/,
  },
  { name: 'hostile', csv: hostileCsv(), job: { algorithm: 'logistic_regression' }, says: /<script>alert/ },
]

/** Trains every case in a stack of its own and writes its report into `to`. */
async function makeReports(to: string): Promise<void> {
  const worker = await testStack()
  try {
    for (const { name, csv, job } of cases) {
      const result = await worker.train(csv, {
        model_name: `a ${name} model`,
        target_column: 'target',
        ...job,
      })
      if (result.status === 'failed') throw new Error(`${name}: ${result.error}`)
      const key = modelKey(result.model_id, 'report.html')
      await until(() => worker.bucket.exists(key), `${key} of ${resultKey(result.job_id)}`)
      await writeFile(join(to, `${name}.html`), (await worker.bucket.get(key)) ?? '')
    }
  } finally {
    await worker.close()
  }
}

const work = await mkdtemp(join(tmpdir(), 'tensorfleet-reports-'))
await mkdir(screenshots, { recursive: true })
let passed = 0
let failed = 0
try {
  await makeReports(work)
  const browser = await openBrowser()
  for (const { name, says } of cases) {
    const url = pathToFileURL(join(work, `${name}.html`)).href
    for (const window of windows) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await browser.newPage({ viewport: window.viewport, colorScheme })
        const faults: string[] = []
        page.on('console', (message) => faults.push(`console: ${message.text()}`))
        page.on('pageerror', (error) => faults.push(`error: ${error.message}`))
        page.on('dialog', (dialog) => {
          faults.push(`dialog: ${dialog.message()}`)
          void dialog.dismiss()
        })
        page.on('request', (request) => {
          if (request.url() !== url) faults.push(`request: ${request.url()}`)
        })
        await page.goto(url)
        faults.push(...(await page.evaluate(findFaults)))
        const text = await page.locator('body').evaluate((body) => body.textContent ?? '')
        if (!says.test(text)) faults.push(`it does not say ${says}`)
        const title = `${name}-${window.name}-${colorScheme}`
        await page.screenshot({ path: join(screenshots, `${title}.png`), fullPage: true })
        await page.close()
        if (faults.length === 0) passed++
        else failed++
        console.log(`${faults.length === 0 ? 'ok  ' : 'FAIL'} ${title}`)
        for (const fault of faults.slice(0, 20)) console.log(`     ${fault}`)
      }
    }
    const paper = await browser.newPage({ colorScheme: 'dark' })
    await paper.goto(url)
    await paper.emulateMedia({ media: 'print' })
    await paper.pdf({ path: join(screenshots, `${name}.pdf`), format: 'A4', printBackground: true })
    await paper.close()
  }
  await browser.close()
} finally {
  await rm(work, { recursive: true })
}
console.log(`${passed} passed, ${failed} failed`)
if (failed > 0) process.exitCode = 1
