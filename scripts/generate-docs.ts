/**
 * Documents generated from the schemas: `node scripts/generate-docs.ts` writes them (npm run documents), and a test says when
 * they are out of date.
 */
import { writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { accessRoles, statementsOf } from '../infra/access.ts'
import { settingsFile, stageSettings } from '../infra/settings.ts'
import type { HyperparameterSet } from '../shared/algorithms/hyperparameters.ts'
import { type AlgorithmName, algorithmNames } from '../shared/algorithms/names.ts'
import { createApi } from '../shared/api/app.ts'
import { connectApi } from '../shared/api/connect.ts'
import { openApiDocument } from '../shared/api/openapi.ts'
import { allowedValues } from '../shared/errors/explain-schema-error.ts'
import { jobErrorCodes } from '../shared/errors/job-error.ts'
import { workerEvent } from '../shared/events/event.ts'
import { hyperparameterSchema, hyperparameterSets } from '../shared/jobs/hyperparameter-schemas.ts'
import { jobMessage } from '../shared/jobs/message.ts'
import { jobResult } from '../shared/jobs/result.ts'
import { unlimited } from '../shared/runtime/retry.ts'
import { connectObjectStore } from '../shared/storage/object-store.ts'

/** JSON Schema (2020-12) of a job's message, with the hyperparameters of each algorithm. */
function messageSchema(): Record<string, unknown> {
  return {
    // A schema that has no JSON Schema of its own says it in its metadata.
    ...z.toJSONSchema(jobMessage, { io: 'input', unrepresentable: 'any' }),
    title: 'TensorFleet job',
    allOf: algorithmNames.map((name) => ({
      if: { properties: { algorithm: { const: name } }, required: ['algorithm'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { properties: { hyperparameters: schemaOfAlgorithm(name) } },
    })),
  }
}

/** Of an algorithm with two tasks: those of either, since the target may decide which it is. */
function schemaOfAlgorithm(name: AlgorithmName): Record<string, unknown> {
  const [first, ...others] = titledSets(name).map(({ set }) => schemaOf(set))
  return others.length === 0 ? first : { anyOf: [first, ...others] }
}

/** The hyperparameters of an algorithm, with the task that they are of where its tasks differ in them. */
function titledSets(name: AlgorithmName) {
  const sets = hyperparameterSets(name)
  const isOne = sets.every(({ set }) => set === sets[0].set)
  return isOne
    ? [{ title: name, set: sets[0].set }]
    : sets.map(({ task, set }) => ({ title: `${name}: ${task}`, set }))
}

function schemaOf(set: HyperparameterSet<z.ZodRawShape>): Record<string, unknown> {
  const own = hyperparameterSchema(set)
  const ignored = Object.fromEntries(
    set.withoutEffect.map((each) => [each, { description: 'accepted, without effect' }]),
  )
  return { ...own, type: ['object', 'null'], properties: { ...own.properties, ...ignored } }
}

/** JSON Schema of a job's result. */
function resultSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(jobResult), title: 'TensorFleet result' }
}

/** JSON Schema of an event. */
function eventSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(workerEvent), title: 'TensorFleet event' }
}

/** The hyperparameters of every algorithm as a Markdown page. */
function hyperparameterPage(): string {
  const sections = algorithmNames.flatMap(titledSets).map(({ title, set }) => {
    const { schema, withoutEffect, refused, rules } = set
    const defaults: Readonly<Record<string, unknown>> = schema.parse({})
    const rows = Object.entries(schema.shape).map(([field, type]) => {
      const value = defaults[field]
      const shown = value === undefined ? '' : `\`${JSON.stringify(value)}\``
      return `| \`${field}\` | ${allowedValues(type)} | ${shown} |`
    })
    const reasons = Object.entries(refused).map(([each, why]) => `\`${each}\`: ${why}`)
    return [
      `## ${title}`,
      '',
      '| name | allowed | default |',
      '|---|---|---|',
      ...rows,
      '',
      ...list(
        'Rules:',
        rules.map(({ rule }) => rule),
      ),
      ...(withoutEffect.length > 0
        ? [`Accepted without effect: ${withoutEffect.map((each) => `\`${each}\``).join(', ')}.`, '']
        : []),
      ...list('Known to scikit-learn or Keras and refused:', reasons),
    ].join('\n')
  })
  return `# Hyperparameters\n\nGenerated from the schemas by \`npm run documents\`. The names are scikit-learn's and Keras'.\n\n${sections.join('\n')}`
}

/** The lines of a Markdown list below a title, or none without items. */
function list(title: string, items: readonly string[]): string[] {
  return items.length > 0 ? [title, '', ...items.map((item) => `- ${item}`), ''] : []
}

/** The error codes as a Markdown page. */
function errorPage(): string {
  const rows = Object.entries(jobErrorCodes).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`)
  return [
    '# Error codes',
    '',
    'Generated from `shared/errors/job-error.ts` by `npm run documents`. A `failed` result has one of these codes as',
    '`error_code`, for programs; `error` says in a sentence what is wrong and what to do. The log line of the failed job',
    'has the code too, and the metric `worker_job_errors_total` counts by it. A code keeps its meaning; more codes may be added.',
    '',
    '| code | meaning |',
    '|---|---|',
    ...rows,
    '',
  ].join('\n')
}

/** The OpenAPI document of the HTTP API, of an app that is connected to nothing. */
function openApi(): Record<string, unknown> {
  const nowhere = { region: 'us-east-1', endpoint: 'http://127.0.0.1' }
  const { context, close } = connectApi({
    bucket: connectObjectStore(nowhere).bucket('none'),
    registry: () => Promise.reject(new Error('There is no registry.')),
    aws: nowhere,
    queueUrl: nowhere.endpoint,
    memoryBytes: 0,
    timeLeftMs: unlimited,
    onError: () => undefined,
  })
  close()
  return openApiDocument(createApi(context))
}

/** JSON Schema of the settings file, for editors. */
function settingsSchema(): Record<string, unknown> {
  const file = z.toJSONSchema(settingsFile.extend({ stages: z.record(z.string(), stageSettings) }), {
    io: 'input',
  })
  return { ...file, title: 'TensorFleet settings' }
}

/** The settings of a stack as a Markdown page. */
function settingsPage(): string {
  const rows = Object.entries(stageSettings.shape).map(([name, type]) => {
    const { defaultValue } = type instanceof z.ZodDefault ? type.def : { defaultValue: undefined }
    const isNothing = defaultValue === undefined || ['[]', '{}'].includes(JSON.stringify(defaultValue))
    const shown = isNothing ? '' : `\`${String(defaultValue)}\``
    return `| \`${name}\` | ${shown} | ${type.description} |`
  })
  return [
    '# Settings of a stack',
    '',
    'Generated from `infra/settings.ts` by `npm run documents`. They are in a stage of `tensorfleet.config.json`',
    '([settings.schema.json](settings.schema.json)), or given as `-c name=value`, lists as `-c name=a,b`.',
    '',
    '| name | default | |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

const exampleResources = {
  jobs: 'arn:aws:sqs:REGION:ACCOUNT:JOBS_QUEUE',
  deadLetters: 'arn:aws:sqs:REGION:ACCOUNT:DEAD_LETTER_QUEUE',
  bucket: 'arn:aws:s3:::BUCKET',
  stack: 'arn:aws:cloudformation:REGION:ACCOUNT:stack/STACK/*',
  secret: 'arn:aws:secretsmanager:REGION:ACCOUNT:secret:SECRET',
  functions: ['TRAIN', 'REGISTER', 'SWEEP', 'SEED'].map(
    (name) => `arn:aws:lambda:REGION:ACCOUNT:function:${name}`,
  ),
  logGroups: ['TRAIN_LOG', 'REGISTER_LOG'].map((name) => `arn:aws:logs:REGION:ACCOUNT:log-group:${name}:*`),
  seed: 'arn:aws:lambda:REGION:ACCOUNT:function:SEED',
  api: 'arn:aws:lambda:REGION:ACCOUNT:function:API',
}

/** Who may do what, as a Markdown page with IAM policies. */
function accessPage(): string {
  const roleNames = ['Sender', 'Reader', 'Operator'] as const
  const sections = roleNames.map((role) => {
    const Statement = statementsOf(role, exampleResources).map(({ actions, resources }) => ({
      Effect: 'Allow',
      Action: actions,
      Resource: resources,
    }))
    const json = JSON.stringify({ Version: '2012-10-17', Statement }, null, 2)
    return [`## ${role}`, '', accessRoles[role], '', '```json', json, '```', ''].join('\n')
  })
  return [
    '# Access to a worker',
    '',
    'Generated from `infra/access.ts` by `npm run documents`. The stack has these managed policies; its outputs',
    '`SenderPolicyArn`, `ReaderPolicyArn` and `OperatorPolicyArn` name them. Attach one to the users or roles that use the worker.',
    'In another account, write the policy yourself, and let the queue’s and the bucket’s policy allow it, too.',
    '',
    ...sections,
  ].join('\n')
}

/** File names under docs/, with their contents. */
export function documents(): Record<string, string> {
  return {
    'job.schema.json': `${JSON.stringify(messageSchema(), null, 2)}\n`,
    'result.schema.json': `${JSON.stringify(resultSchema(), null, 2)}\n`,
    'event.schema.json': `${JSON.stringify(eventSchema(), null, 2)}\n`,
    'hyperparameters.md': hyperparameterPage(),
    'errors.md': errorPage(),
    'openapi.json': `${JSON.stringify(openApi(), null, 2)}\n`,
    'settings.schema.json': `${JSON.stringify(settingsSchema(), null, 2)}\n`,
    'settings.md': settingsPage(),
    'access.md': accessPage(),
  }
}

if (import.meta.main) {
  for (const [name, content] of Object.entries(documents())) {
    await writeFile(new URL(`../docs/${name}`, import.meta.url), content)
  }
}
