import { chance, pick } from './faults.ts'

/** Kills one of the processes every few seconds, whatever it is doing: most of all while it calls nobody. */
export function startClockKills(
  seed: number,
  pids: () => readonly number[],
  kill: (pid: number) => void,
): { readonly count: () => number; stop(): void } {
  let count = 0
  let timer: NodeJS.Timeout
  function schedule(nth: number): void {
    const seconds = 2 + 8 * chance(seed, 'clock', nth)
    timer = setTimeout(() => {
      const alive = pids()
      if (alive.length > 0) {
        kill(pick(alive, seed, 'clock', nth, 'process'))
        count++
      }
      schedule(nth + 1)
    }, seconds * 1000)
  }
  schedule(0)
  return { count: () => count, stop: () => clearTimeout(timer) }
}
