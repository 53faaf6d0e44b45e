import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    tags: [
      {
        name: 'long',
        description: 'Takes several seconds of both cores: npm run test:long has these, npm test the others.',
        timeout: 180_000,
      },
    ],
  },
})
