/** What the bucket holds of a search whose trials run in calls of their own (shared/job-store/ reads and writes it). */
import { z } from 'zod'
import { algorithmNames } from '../algorithms/names.ts'
import { tasks } from '../data/task.ts'
import { stoppedBy } from './result.ts'

const parameters = z.record(z.string(), z.unknown())

/** What a trial tries, and, of successive halving, on how much. */
const plannedTrial = z.strictObject({
  algorithm: z.enum(algorithmNames).optional(),
  parameters,
  sample: z.object({ share: z.number(), seed: z.int() }).optional(),
  iteration: z.int().optional(),
  n_resources: z.int().optional(),
})

/**
 * The plan of a search, written once, before its first trial is sent. Where trials follow from those before, each round has a
 * plan, which holds the rounds before, too.
 */
export const searchPlan = z.object({
  /** The job's message as it came: sent again, it closes the search. */
  body: z.string(),
  /** The MessageGroupId of all messages of the search. */
  group: z.string(),
  /** Those known so far. Earlier versions wrote the hyperparameters alone. */
  trials: z.array(
    z.union([
      plannedTrial,
      parameters.transform((parameters): z.infer<typeof plannedTrial> => ({ parameters })),
    ]),
  ),
  /** The first trial of this round. */
  first: z.int().default(0),
  /** The mean scores of the trials of the rounds before; null for one without a score. */
  means: z.array(z.number().nullable()).default([]),
  /** Trials of all rounds, if none is left out. */
  total: z.int().optional(),
  /** What later rounds depend on; of a search that may have some. */
  size: z.object({ rows: z.int(), folds: z.int(), classCount: z.int() }).optional(),
  /** Of the algorithm "auto". */
  task: z.enum(tasks).optional(),
  /** How many trials of a round are sent at first. Each that ends sends the one that is so many after it. */
  width: z.int().min(1),
  /** ISO 8601. */
  planned_at: z.string(),
  /** ISO 8601: of the algorithm "auto", since when its time counts. */
  begun_at: z.string().optional(),
  /** ISO 8601: no trial begins later. */
  ends_at: z.string().optional(),
})
export type SearchPlan = z.infer<typeof searchPlan>

/** JSON has no number that is not finite. */
const score = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]).transform(Number)

/** The outcome of a trial, written once: its scores on each fold, why it has none, or why it did not begin. */
export const trialRecord = z.intersection(
  z.object({
    /** ISO 8601. */
    ended_at: z.string(),
    /** How long the fits took; of a trial that was fitted. */
    seconds: z.number().optional(),
  }),
  z.union([
    z.object({ scores: z.array(score) }),
    z.object({ error: z.string() }),
    z.object({ skipped: stoppedBy }),
    z.object({ not_tried: z.string() }),
  ]),
)
export type TrialRecord = z.infer<typeof trialRecord>

/** The record that the closing message of a search was sent, or is about to be. */
export const closingRecord = z.object({
  /** The number of the trial that wrote this record, and sends the message again when it is received again; null: the sweep. */
  by: z.int().nullable(),
  /** ISO 8601. */
  at: z.string(),
})
export type ClosingRecord = z.infer<typeof closingRecord>
