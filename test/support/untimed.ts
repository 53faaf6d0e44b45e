/** What a search or a leaderboard found, as JSON, but for the seconds that it took. */
export const untimed = (found: unknown): string =>
  JSON.stringify({ found }, (name, value) => (name === 'seconds' ? undefined : value))
