/** Where the artifact bucket holds models, aliases and datasets; shared/job-store/keys.ts has the keys of jobs. */
import { hash } from 'node:crypto'

export const modelPrefix = (modelId: string) => `models/${modelId}/`
export const modelKey = (modelId: string, file: string) => `${modelPrefix(modelId)}${file}`
/** What people noted on the model. */
export const tagsKey = (modelId: string) => modelKey(modelId, 'tags.json')
/** Stays when the model is deleted, so that nothing brings it back into the registry. */
export const deletedKey = (modelId: string) => modelKey(modelId, 'deleted.json')
/** What the storage service answered that was given the model. */
export const receiptKey = (modelId: string) => modelKey(modelId, 'storage-service.json')

/** A name may hold any character, and more of them than a key takes: its hash stands for it. */
export const aliasPrefix = (name: string) => `aliases/${hash('sha256', name).slice(0, 32)}/`
export const isAliasKey = (key: string) => key.startsWith('aliases/')
export const aliasKey = (name: string, alias: string) => `${aliasPrefix(name)}${alias}.json`

export const DATASETS_PREFIX = 'datasets/'
export const datasetKey = (name: string) => `${DATASETS_PREFIX}${name}`
