import { type Feature, hasClasses, type Preparation } from '../data/preparation.ts'
import type { Task } from '../data/task.ts'
import type { Manifest } from './manifest.ts'

/** A model's raw columns, with the element types of the inputs of `model.onnx`, and its output. */
export function signature({ features, target }: Preparation<Task>): Manifest['signature'] {
  return {
    inputs: features.map((feature) => ({ name: feature.name, type: inputType(feature) })),
    output: hasClasses(target)
      ? {
          name: target.name,
          type: target.dtype === 'text' ? 'string' : target.dtype,
          classes: target.classes,
        }
      : { name: target.name, type: 'float' },
  }
}

/** Float32 where it holds the values that training saw, else double. */
export function inputType(feature: Feature): 'float' | 'double' | 'string' {
  if (feature.kind !== 'number') return 'string'
  return feature.decimals === null ? 'double' : 'float'
}
