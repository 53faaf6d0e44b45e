import { spawn } from 'node:child_process'

/** Opens an address by the platform's command, which may outlive this process. */
export function openInBrowser(url: string): void {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url]
  const opener = spawn(command, args, { stdio: 'ignore', detached: true })
  opener.on('error', () => process.stderr.write(`Open it in a browser: ${url}\n`))
  opener.unref()
}
