import { randomState } from '../../data/random.ts'
import { loadKernel } from '../../wasm/kernel.ts'
import { kernel } from '../../wasm/kernels/trees.ts'
import type { Fit, Run, TrainingData } from '../algorithm.ts'
import { classCounts, classWeights } from '../class-weights.ts'
import { treeCheckpointSchema } from '../trees/checkpoint.ts'
import { openGrower, RAND_R_MAX } from '../trees/grow.ts'
import { featureImportances } from '../trees/importances.ts'
import { layOut } from '../trees/problem.ts'
import { prune } from '../trees/prune.ts'
import { checkTrainable, treeSettings } from '../trees/settings.ts'
import { pairwiseSum, wholeSum } from '../trees/weights.ts'
import type { DecisionTreeParams } from './hyperparameters.ts'
import type { DecisionTreeModel } from './model.ts'

/** Grows scikit-learn's DecisionTreeClassifier, node for node. */
export async function fit(
  data: TrainingData,
  params: DecisionTreeParams,
  run: Run,
): Promise<Fit<DecisionTreeModel>> {
  checkTrainable(data)
  const { rows, columns } = data.features
  const settings = treeSettings(params, rows, columns)
  const perClass = classWeights(params.class_weight, classCounts(data.target, data.classCount))
  const weights = new Float64Array(rows).fill(1)
  if (perClass !== undefined) for (let i = 0; i < rows; i++) weights[i] = perClass[data.target[i]]
  const minWeightLeaf = settings.minWeightFractionLeaf * pairwiseSum(weights)

  const grower = openGrower(layOut(await loadKernel(kernel), data, settings, wholeSum(weights), 1), 0)
  if (run.resumeFrom === undefined) {
    grower.begin(weights, minWeightLeaf, randomState(params.random_state ?? 42).randint(RAND_R_MAX))
  } else {
    grower.restore(treeCheckpointSchema.parse(run.resumeFrom), weights, minWeightLeaf)
  }
  while (!grower.advance()) {
    const { fraction, nodes } = grower.progress()
    if ((await run.step({ fraction, detail: { nodes } })) === 'pause') {
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
