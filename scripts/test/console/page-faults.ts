import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { z } from 'zod'

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const findings = z.array(
  z.object({
    id: z.string(),
    help: z.string(),
    nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })),
  }),
)

/**
 * What is wrong with a page as it is now, one sentence each: axe-core's violations, and a page wider than its window. What
 * is in a frame, a report, has checks of its own in report-in-browser.ts.
 */
export async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const found: unknown = await page.evaluate(
    'axe.run(document, { iframes: false }).then(({ violations }) => violations)',
  )
  const violations = findings.parse(found).map(
    ({ id, help, nodes }) =>
      `axe ${id}: ${help}: ${nodes
        .slice(0, 3)
        .map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary}`)
        .join(' | ')}`,
  )
  const [width, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth])
  return width > room ? [...violations, `the page is ${width} px wide in a window of ${room} px`] : violations
}

/** Collects what a page must not do: requests to other hosts, messages in the console, errors, dialogs. */
export function listen(page: Page, origin: string): string[] {
  const faults: string[] = []
  page.on('console', (message) => faults.push(`console: ${message.text()}`))
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`))
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) faults.push(`request: ${request.url()}`)
  })
  return faults
}
