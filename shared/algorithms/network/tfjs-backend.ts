import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import util from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import { lazy } from '../../runtime/lazy.ts'
import { conv2DBackpropFilter } from './tfjs-conv2d-backprop-filter.ts'

/**
 * TensorFlow.js with a backend: `@tensorflow/tfjs-node` where its native part is there, else WebAssembly,
 * which lacks the gradient of a convolution's filter; that kernel is ours.
 *
 * tfjs-node's installer downloads libtensorflow. scripts/test/native-engine.sh builds the addon where it cannot.
 */
export const loadTensorFlow = lazy(async (): Promise<typeof tf> => {
  if (await loadNative()) return tf
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
  const require = createRequire(import.meta.url)
  setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`)
  tf.registerKernel(conv2DBackpropFilter)
  await tf.setBackend('wasm')
  await tf.ready()
  return tf
})

/** Whether tfjs-node could be loaded. It uses a function that Node 23 removed. */
async function loadNative(): Promise<boolean> {
  const isMissing = (value: unknown) => value === null || value === undefined
  if (!('isNullOrUndefined' in util)) Object.assign(util, { isNullOrUndefined: isMissing })
  const name = '@tensorflow/tfjs-node'
  try {
    await import(name)
    return tf.getBackend() === 'tensorflow'
  } catch {
    // Not installed, or without its native part: WebAssembly does.
    return false
  }
}
