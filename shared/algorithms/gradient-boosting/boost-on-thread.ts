import { openPhases } from './phases.ts'
import { type BoostingProblem, controlOf } from './problem.ts'
import { joinTeam } from './team.ts'

/** Works on a fit, on a thread other than its first, until the fit ends. */
export function boostOnThread({ problem, thread }: { problem: BoostingProblem; thread: number }): void {
  joinTeam(controlOf(problem), openPhases(problem, thread))
}
