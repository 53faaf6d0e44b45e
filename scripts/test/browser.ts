import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium } from 'playwright-core'
import { z } from 'zod'

/** Where scripts/test/chromium.sh installs Chromium, and where screenshots are kept. */
export const browserFolder = join(import.meta.dirname, '..', '..', '.browser')

export const windows = [
  { name: 'phone', viewport: { width: 360, height: 740 } },
  { name: 'desk', viewport: { width: 1200, height: 900 } },
] as const

export async function openBrowser(): Promise<Browser> {
  const installed = createRequire(join(browserFolder, 'package.json')).resolve('@sparticuz/chromium')
  const module: unknown = await import(pathToFileURL(installed).href)
  const { default: shipped } = z
    .object({ default: z.custom<{ executablePath(): Promise<string> }>() })
    .parse(module)
  // Without a sandbox, as a container's root cannot make one; the pages are our own files.
  return chromium.launch({ executablePath: await shipped.executablePath(), args: ['--no-sandbox'] })
}
