/**
 * npm run bench:console: the console's lists with 10,000 jobs and 1,000 models in the embedded stack. Prints how long each
 * page takes from the navigation to its first row, and to the next page of the list, and the longest stall while it scrolls;
 * then how long the list of jobs takes for a text, which no index finds.
 * `npm run test:console` installs the browser.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Document, MongoClient, ObjectId } from 'mongodb'
import type { Page } from 'playwright-core'
import { startStack } from '../local/stack.ts'
import { openBrowser } from '../scripts/test/browser.ts'
import { median } from './median.ts'

const JOBS = 10_000
const MODELS = 1_000
const ROUNDS = 5

const directory = await mkdtemp(join(tmpdir(), 'tensorfleet-console-'))
const stack = await startStack({ directory, api: { port: 0 } })
const mongo = await MongoClient.connect(stack.environment.MONGODB_URL)
const db = mongo.db(stack.environment.MONGODB_DB)

/** A job that was really trained, and its model, copied under other ids and times. */
async function fill(): Promise<void> {
  await stack.seed()
  const answer = await fetch(`${stack.apiUrl}/train`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ job_id: 'first', algorithm: 'decision_tree', dataset_path: 'iris' }),
  })
  if (!answer.ok) throw new Error(await answer.text())
  let job: Document | null = null
  let model: Document | null = null
  for (let i = 0; (job === null || model === null) && i < 200; i++) {
    job = await db.collection<Document>('jobs').findOne({ status: 'completed' })
    model = await db.collection<Document>('models').findOne({})
    await sleep(50)
  }
  const begin = Date.now()
  await db.collection<{ _id: string }>('jobs').insertMany(
    Array.from({ length: JOBS }, (_, i) => ({
      ...job,
      _id: `copied-${i}`,
      job_id: `copied-${i}`,
      created_at: new Date(begin - i * 1000),
    })),
  )
  await db.collection('models').insertMany(
    Array.from({ length: MODELS }, (_, i) => ({
      ...model,
      _id: new ObjectId(),
      name: `model-${i % 100}`,
      version: `v${i}`,
      created_at: new Date(begin - i * 1000),
    })),
  )
}

/** Milliseconds until the first row, and from a click on Older to the next page's first row; the longest frame of a scroll. */
async function measure(page: Page, list: string) {
  const row = page.locator('tbody tr').first()
  const begun = performance.now()
  await page.goto(`${stack.apiUrl}/console/#/${list}`)
  await row.waitFor()
  const firstMs = performance.now() - begun
  const text = await row.textContent()
  const clicked = performance.now()
  await page.getByRole('button', { name: 'Older' }).click()
  await page.waitForFunction((before) => {
    const now = document.querySelector('tbody tr')?.textContent
    return now !== undefined && now !== before
  }, text)
  const nextMs = performance.now() - clicked
  const stallMs = await page.evaluate(async () => {
    let longest = 0
    let last = await new Promise<number>(requestAnimationFrame)
    for (let frame = 0; frame < 60; frame++) {
      scrollBy(0, 40)
      const now = await new Promise<number>(requestAnimationFrame)
      longest = Math.max(longest, now - last)
      last = now
    }
    return longest
  })
  return { firstMs, nextMs, stallMs }
}

/** Milliseconds from a text in the filter to the list of what has it. */
async function filter(page: Page, text: string): Promise<number> {
  const clicked = performance.now()
  await page.getByRole('searchbox').fill(text)
  await page.getByRole('searchbox').press('Enter')
  const first = page.locator('tbody tr', { hasText: text }).first()
  await first.or(page.getByText('No job fits the filter')).waitFor()
  return performance.now() - clicked
}

const browser = await openBrowser()
try {
  await fill()
  console.log('| list | first row, ms | next page, ms | longest frame of a scroll, ms |\n|---|---|---|---|')
  for (const list of ['jobs', 'models']) {
    const rounds: Awaited<ReturnType<typeof measure>>[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const page = await browser.newPage({ viewport: { width: 1200, height: 900 } })
      rounds.push(await measure(page, list))
      await page.close()
    }
    const middle = (name: 'firstMs' | 'nextMs' | 'stallMs') =>
      median(rounds.map((round) => round[name])).toFixed(0)
    console.log(`| ${list} | ${middle('firstMs')} | ${middle('nextMs')} | ${middle('stallMs')} |`)
  }
  console.log('\n| jobs with a text | list, ms |\n|---|---|')
  for (const text of ['copied-9', 'copied-9999', 'nowhere']) {
    const rounds: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const page = await browser.newPage({ viewport: { width: 1200, height: 900 } })
      await page.goto(`${stack.apiUrl}/console/#/jobs`)
      await page.locator('tbody tr').first().waitFor()
      rounds.push(await filter(page, text))
      await page.close()
    }
    console.log(`| ${text} | ${median(rounds).toFixed(0)} |`)
  }
} finally {
  await browser.close()
  await mongo.close()
  await stack.close()
  await rm(directory, { recursive: true })
}
