/**
 * Documents generated from the schemas: `node shared/documents.ts` writes them (npm run documents), and a test says when
 * they are out of date.
 */
import { writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { algorithms } from './algorithms/index.ts'
import { algorithmNames } from './algorithms/names.ts'
import { allowed } from './explain.ts'
import { jobMessage, jobResult } from './job.ts'

/** JSON Schema (2020-12) of a job's message, with the hyperparameters of each algorithm. */
export function messageSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(jobMessage, { io: 'input' }),
    title: 'TensorFleet job',
    allOf: algorithmNames.map((name) => ({
      if: { properties: { algorithm: { const: name } }, required: ['algorithm'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { properties: { hyperparameters: hyperparameterSchema(name) } },
    })),
  }
}

function hyperparameterSchema(name: (typeof algorithmNames)[number]): Record<string, unknown> {
  const { schema, withoutEffect } = algorithms[name].hyperparameters
  const { $schema, required, ...own } = z.toJSONSchema(schema, { io: 'input' })
  const ignored = Object.fromEntries(
    withoutEffect.map((each) => [each, { description: 'accepted, without effect' }]),
  )
  return { ...own, type: ['object', 'null'], properties: { ...own.properties, ...ignored } }
}

/** JSON Schema of a job's result. */
export function resultSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(jobResult), title: 'TensorFleet result' }
}

/** The hyperparameters of every algorithm as a Markdown page. */
export function hyperparameterPage(): string {
  const sections = algorithmNames.map((name) => {
    const { schema, withoutEffect, refused } = algorithms[name].hyperparameters
    const rows = Object.entries(schema.shape).map(([field, type]) => {
      const given = schema.safeParse({})
      const value = given.success ? Object(given.data)[field] : undefined
      return `| \`${field}\` | ${allowed(type)} | ${value === undefined ? '' : `\`${JSON.stringify(value)}\``} |`
    })
    return [
      `## ${name}`,
      '',
      '| name | allowed | default |',
      '|---|---|---|',
      ...rows,
      '',
      ...(withoutEffect.length > 0
        ? [`Accepted without effect: ${withoutEffect.map((each) => `\`${each}\``).join(', ')}.`, '']
        : []),
      ...(Object.keys(refused).length > 0
        ? [
            'Known to scikit-learn or Keras and refused:',
            '',
            ...Object.entries(refused).map(([each, why]) => `- \`${each}\`: ${why}`),
            '',
          ]
        : []),
    ].join('\n')
  })
  return `# Hyperparameters\n\nGenerated from the schemas by \`npm run documents\`. The names are scikit-learn's and Keras'.\n\n${sections.join('\n')}`
}

/** File names under docs/, with their contents. */
export function documents(): Record<string, string> {
  return {
    'job.schema.json': `${JSON.stringify(messageSchema(), null, 2)}\n`,
    'result.schema.json': `${JSON.stringify(resultSchema(), null, 2)}\n`,
    'hyperparameters.md': hyperparameterPage(),
  }
}

if (import.meta.main) {
  for (const [name, content] of Object.entries(documents())) {
    await writeFile(new URL(`../docs/${name}`, import.meta.url), content)
  }
}
