import { randomState } from '../../data/random.ts'
import { loadKernel } from '../../wasm/kernel.ts'
import { kernel } from '../../wasm/kernels/trees.ts'
import type { Fit, FitContext, TrainingData } from '../algorithm.ts'
import { checkTraining } from '../check-training.ts'
import { classWeights } from '../class-weights.ts'
import { treeCheckpointSchema } from '../trees/checkpoint.ts'
import { openGrower, RAND_R_MAX } from '../trees/grow.ts'
import { featureImportances } from '../trees/importances.ts'
import { layOut } from '../trees/problem.ts'
import { prune } from '../trees/prune.ts'
import { treeSettings } from '../trees/settings.ts'
import { pairwiseSum, wholeSum } from '../trees/weights.ts'
import type { DecisionTreeParams } from './hyperparameters.ts'
import type { DecisionTreeModel } from './model.ts'

/** Grows scikit-learn's DecisionTreeClassifier, node for node. */
export async function fit(
  data: TrainingData,
  params: DecisionTreeParams,
  context: FitContext,
): Promise<Fit<DecisionTreeModel>> {
  checkTraining(data, { acceptsMissing: true })
  const { rows, columns } = data.features
  const settings = treeSettings(params, rows, columns)
  const perClass = classWeights(params.class_weight, data)
  const weights = new Float64Array(rows).fill(1)
  if (perClass !== undefined) for (let i = 0; i < rows; i++) weights[i] = perClass[data.target[i]]
  const minWeightLeaf = settings.minWeightFractionLeaf * pairwiseSum(weights)

  const grower = openGrower(layOut(await loadKernel(kernel), data, settings, wholeSum(weights), 1), 0)
  if (context.resumeFrom === undefined) {
    grower.begin(weights, minWeightLeaf, randomState(params.random_state ?? 42).randint(RAND_R_MAX))
  } else {
    grower.restore(treeCheckpointSchema.parse(context.resumeFrom), weights, minWeightLeaf)
  }
  while (!grower.advance()) {
    const { fraction, nodes } = grower.progress()
    if ((await context.step({ fraction, detail: { nodes } })) === 'pause') {
      return { status: 'paused', checkpoint: grower.save() }
    }
  }
  const grown = grower.tree()
  const tree = params.ccp_alpha > 0 ? prune(grown, data.classCount, params.ccp_alpha) : grown
  return {
    status: 'done',
    model: {
      classCount: data.classCount,
      featureCount: columns,
      tree,
      featureImportances: featureImportances(tree, columns),
    },
    warnings: [],
  }
}
