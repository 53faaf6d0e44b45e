/** Prints lines with the seconds since the start. */
export type Log = {
  seconds(): string
  say(line: string): void
  /** Only where TENSORFLEET_DEBUG is set. */
  debug(line: string): void
}

export function startLog(): Log {
  const started = performance.now()
  const seconds = () => ((performance.now() - started) / 1000).toFixed(1)
  const withTime = (line: string) => `${seconds().padStart(7)} s  ${line}`
  return {
    seconds,
    say: (line) => console.log(withTime(line)),
    debug: (line) => {
      if (process.env.TENSORFLEET_DEBUG) console.error(withTime(line))
    },
  }
}
