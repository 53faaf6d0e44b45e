import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    // What the handlers log is shown for the tests that fail.
    silent: 'passed-only',
    // The local servers take any credentials, but the SDK needs some.
    env: { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
    tags: [
      {
        name: 'long',
        description: 'Takes several seconds of both cores: npm run test:long has these, npm test the others.',
        timeout: 180_000,
      },
    ],
  },
})
