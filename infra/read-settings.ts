/** Reads settings from a stage of the settings file and from `-c`, which has priority. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { didYouMean } from '../shared/errors/closest-match.ts'
import { impossibleCombination } from './setting-rules.ts'
import { type Settings, settingsFile, stageSettings } from './settings.ts'

const DEFAULT_FILE = join(import.meta.dirname, '..', 'tensorfleet.config.json')

/** Keys of `-c` that are not settings. */
const choices = ['stage', 'config']

/**
 * CDK's own keys (feature flags, looked-up values) have a character that no setting has: `@aws-cdk/…`,
 * `vpc-provider:…`.
 */
const isSetting = (key: string) => /^[\w-]+$/.test(key)

export type StageSettings = Settings & { readonly stage: string | undefined }

/**
 * Reads the settings of a stage.
 *
 * @param context the CDK app's context: `-c stage=prod` names the stage, `-c config=FILE` another settings file than
 *   tensorfleet.config.json, and every other key is a setting.
 * @throws an error that names the key at fault, and the closest one where it is unknown.
 */
export function readSettings(context: Readonly<Record<string, unknown>>): StageSettings {
  const given = Object.fromEntries(Object.entries(context).filter(([key]) => isSetting(key)))
  refuseUnknown(given, [...Object.keys(stageSettings.shape), ...choices], 'There is no setting')
  const { stage: wanted, config, ...direct } = given
  const fromFile = readStage(asText(config), asText(wanted))
  const { stage } = fromFile
  const all = { ...fromFile.settings, ...fromText(direct) }
  const { terminationProtection, ...settings } = checkSettings(
    stage === undefined ? all : { stack: `TensorFleet-${stage}`, ...all },
  )
  const isProtected = terminationProtection ?? (settings.removal === 'retain' && stage !== undefined)
  return { ...settings, terminationProtection: isProtected, stage }
}

type Stage = { readonly stage: string | undefined; readonly settings: Readonly<Record<string, unknown>> }

/**
 * The settings of a stage in the file: of the one that is wanted, or else of the only one. Without a file there are
 * none.
 */
function readStage(config: string | undefined, wanted: string | undefined): Stage {
  const file = config ?? DEFAULT_FILE
  if (config === undefined && !existsSync(file)) {
    if (wanted === undefined) return { stage: undefined, settings: {} }
    throw new Error(
      `There is no tensorfleet.config.json that has the stage ${wanted}: docs/deploy.md shows one.`,
    )
  }
  const { stages } = parseFile(file)
  const names = Object.keys(stages)
  if (wanted === undefined && names.length > 1)
    throw new Error(`${file} has several stages: choose one with -c stage=${names[0]} (${names.join(', ')}).`)
  const stage = wanted ?? names[0]
  if (stage === undefined || !names.includes(stage)) {
    const hint = didYouMean(stage ?? '', names)
    throw new Error(`${file} has no stage ${stage ?? 'at all'}${hint}.`)
  }
  refuseUnknown(
    stages[stage],
    Object.keys(stageSettings.shape),
    `${file}, stage ${stage}: there is no setting`,
  )
  return { stage, settings: stages[stage] }
}

function parseFile(file: string): z.infer<typeof settingsFile> {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`The settings file ${file} cannot be read: ${why}`, { cause })
  }
  const parsed = settingsFile.safeParse(json)
  if (parsed.success) return parsed.data
  throw new Error(`The settings file ${file} cannot be used: ${z.prettifyError(parsed.error)}`)
}

function refuseUnknown(
  given: Readonly<Record<string, unknown>>,
  known: readonly string[],
  sentence: string,
): void {
  const unknown = Object.keys(given).find((key) => !known.includes(key))
  if (unknown === undefined) return
  throw new Error(`${sentence} ${unknown}${didYouMean(unknown, known)}. docs/settings.md lists them.`)
}

const asText = (value: unknown) => z.string().optional().parse(value)

/** What `-c` gives is text; numbers, lists, switches and tags are read from it. */
function fromText(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const shape: Readonly<Record<string, z.core.$ZodType>> = stageSettings.shape
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => [
      key,
      typeof value === 'string' ? parseText(innerType(shape[key]), value) : value,
    ]),
  )
}

function innerType(type: z.core.$ZodType): z.core.$ZodType {
  return type instanceof z.ZodDefault || type instanceof z.ZodOptional ? innerType(type.unwrap()) : type
}

function parseText(type: z.core.$ZodType, text: string): unknown {
  if (type instanceof z.ZodNumber) return text.trim() === '' ? text : Number(text)
  if (type instanceof z.ZodArray) return parts(text)
  if (type instanceof z.ZodBoolean) return { true: true, false: false }[text] ?? text
  if (!(type instanceof z.ZodRecord)) return text
  return Object.fromEntries(
    parts(text).map((part) => [
      part.replace(/=.*/s, ''),
      part.includes('=') ? part.replace(/^[^=]*=/, '') : '',
    ]),
  )
}

const parts = (text: string) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

/**
 * Checks settings, each alone and all together. Throws an error that names the key at fault: one whose value cannot
 * be used, or that does not go with another.
 */
function checkSettings(given: Readonly<Record<string, unknown>>): Settings {
  const parsed = stageSettings.safeParse(given)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new Error(`The setting ${issue.path.join('.')} cannot be used: ${issue.message}.`)
  }
  const impossible = impossibleCombination(parsed.data)
  if (impossible !== undefined) throw new Error(impossible)
  return parsed.data
}
