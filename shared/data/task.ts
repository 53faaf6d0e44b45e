/** What is to be learned of the target: its classes, or its numbers. */
import { quote } from '../errors/sentences.ts'
import type { Column } from './table.ts'

export const tasks = ['classification', 'regression'] as const
export type Task = (typeof tasks)[number]

/**
 * The task where the message names none: a target of numbers with fractions is a regression, all others are
 * classifications. An algorithm that has one task has it with every target, but that fractions are no classes, and texts no numbers.
 *
 * @param supported the tasks of the algorithm.
 * @returns with it, what the sender is told of the decision where it follows from the values.
 */
export function taskOf(target: Column, supported: readonly Task[]): { task: Task; warning?: string } {
  if (!supported.includes('classification')) {
    return { task: target.kind === 'text' ? 'classification' : 'regression' }
  }
  const fraction = fractionOf(target)
  if (fraction === undefined) return { task: 'classification' }
  return {
    task: 'regression',
    warning: `The target column ${quote(target.name)} has numbers with fractions (${fraction} for one), so this was a regression, which predicts numbers: send "task" to choose it yourself.`,
  }
}

/** A number of the column that is not whole. */
export function fractionOf(target: Column): number | undefined {
  if (target.kind === 'text') return undefined
  return target.values.find((value) => Number.isFinite(value) && !Number.isInteger(value))
}
