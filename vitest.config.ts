import { defineConfig } from 'vitest/config'

const shared = [
  'test/*.test.ts',
  'test/{algorithms,artifact,data,docs,errors,evaluation,infra,jobs,models,prediction,report,search,tabular,threads}/**/*.test.ts',
]

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      // These files may share a process, which saves starts and imports: none sets an environment variable, a signal
      // handler or the working directory.
      {
        extends: true,
        test: { name: 'shared', isolate: false, include: shared },
      },
      { extends: true, test: { name: 'isolated', include: ['test/**/*.test.ts'], exclude: shared } },
    ],
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
