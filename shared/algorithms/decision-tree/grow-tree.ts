import { pairwiseSum } from '../../data/pairwise-sum.ts'
import { randomState } from '../../data/random.ts'
import { loadKernel } from '../../wasm/kernel.ts'
import { kernel } from '../../wasm/kernels/trees.ts'
import type { Fit, FitContext } from '../algorithm.ts'
import type { NamedColumns } from '../named-columns.ts'
import { resumedFrom } from '../resume.ts'
import { fitsTree, treeCheckpointSchema } from '../trees/checkpoint.ts'
import { openGrower, RAND_R_MAX } from '../trees/grow.ts'
import type { Tree } from '../trees/model.ts'
import { layOut, type TreeData } from '../trees/problem.ts'
import { prune } from '../trees/prune.ts'
import { type TreeParams, treeSettings } from '../trees/settings.ts'
import { wholeSum } from '../trees/weights.ts'

type Params = TreeParams & { readonly random_state: number | null; readonly ccp_alpha: number }

/**
 * Grows one tree of either task, and prunes it.
 *
 * @param weights per row.
 */
export async function growTree(
  data: TreeData & NamedColumns,
  params: Params,
  weights: Float64Array,
  context: FitContext,
): Promise<Fit<Tree>> {
  const settings = treeSettings(params, data)
  const resumed = resumedFrom(context, treeCheckpointSchema, (state) => fitsTree(state, data, settings))
  const minWeightLeaf = settings.minWeightFractionLeaf * pairwiseSum(weights)
  const problem = layOut(await loadKernel(kernel), data, settings, wholeSum(weights), 1)
  const grower = openGrower(problem, 0)
  if (resumed === undefined) {
    grower.begin(weights, minWeightLeaf, randomState(params.random_state ?? 42).randint(RAND_R_MAX))
  } else {
    grower.restore(resumed, weights, minWeightLeaf)
  }
  while (!grower.advance()) {
    const { fraction, nodes } = grower.progress()
    if ((await context.step({ fraction, detail: { nodes } })) === 'pause') {
      return { status: 'paused', checkpoint: grower.save() }
    }
  }
  const grown = grower.tree()
  const model = params.ccp_alpha > 0 ? prune(grown, problem.classCount, params.ccp_alpha) : grown
  return { status: 'done', model, warnings: [] }
}
