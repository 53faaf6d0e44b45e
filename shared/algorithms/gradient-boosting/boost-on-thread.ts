import { joinCrew } from './crew.ts'
import { openPhases } from './phases.ts'
import { type BoostingProblem, controlOf } from './problem.ts'

/** Takes part in a fit until that ends. */
export function boostOnThread({ problem, thread }: { problem: BoostingProblem; thread: number }): void {
  joinCrew(controlOf(problem), openPhases(problem, thread))
}
