import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import {
  backend_util,
  type Conv2DBackpropFilterAttrs,
  type KernelConfig,
  type NamedTensorInfoMap,
  type TensorInfo,
} from '@tensorflow/tfjs-core'

/**
 * The gradient of a convolution by its filter, for the WebAssembly backend of TensorFlow.js, which has every
 * other kernel that training a cnn needs: for each place of the filter, the sum over batch and output of
 * input times output gradient.
 */
export const conv2DBackpropFilter: KernelConfig = {
  kernelName: 'Conv2DBackpropFilter',
  backendName: 'wasm',
  kernelFunc({ inputs, backend, attrs }): TensorInfo {
    if (!isWasm(backend)) throw new Error('This kernel is for the WebAssembly backend.')
    const { x, dy } = tensors(inputs)
    const { strides, pad, dimRoundingMode, filterShape } = conv2dAttrs(attrs)
    const info = backend_util.computeConv2DInfo(four(x.shape), filterShape, strides, 1, pad, dimRoundingMode)
    const out = backend.makeOutput(filterShape, 'float32')
    const input = floats(backend, x)
    const gradient = floats(backend, dy)
    const result = floats(backend, out)
    result.fill(0)
    const {
      inChannels,
      outChannels,
      outHeight,
      outWidth,
      inHeight,
      inWidth,
      strideHeight,
      strideWidth,
      padInfo,
    } = info
    for (let b = 0; b < info.batchSize; b++) {
      for (let yOut = 0; yOut < outHeight; yOut++) {
        for (let xOut = 0; xOut < outWidth; xOut++) {
          const from = ((b * outHeight + yOut) * outWidth + xOut) * outChannels
          for (let fy = 0; fy < info.filterHeight; fy++) {
            const yIn = yOut * strideHeight - padInfo.top + fy
            if (yIn < 0 || yIn >= inHeight) continue
            for (let fx = 0; fx < info.filterWidth; fx++) {
              const xIn = xOut * strideWidth - padInfo.left + fx
              if (xIn < 0 || xIn >= inWidth) continue
              const at = ((b * inHeight + yIn) * inWidth + xIn) * inChannels
              const to = (fy * info.filterWidth + fx) * inChannels * outChannels
              for (let c = 0; c < inChannels; c++) {
                const value = input[at + c]
                for (let o = 0; o < outChannels; o++)
                  result[to + c * outChannels + o] += value * gradient[from + o]
              }
            }
          }
        }
      }
    }
    return out
  },
}

function isWasm(backend: object): backend is BackendWasm {
  return 'typedArrayFromHeap' in backend && 'makeOutput' in backend
}

function tensors(inputs: NamedTensorInfoMap): { x: TensorInfo; dy: TensorInfo } {
  const { x, dy } = inputs
  if (x === undefined || dy === undefined) throw new Error('Conv2DBackpropFilter needs x and dy.')
  return { x, dy }
}

function conv2dAttrs(attrs: object | undefined): Conv2DBackpropFilterAttrs {
  if (isConv2d(attrs)) return attrs
  throw new Error('Conv2DBackpropFilter is for the layout "NHWC".')
}

function isConv2d(attrs: object | undefined): attrs is Conv2DBackpropFilterAttrs {
  return attrs !== undefined && 'filterShape' in attrs && 'dataFormat' in attrs && attrs.dataFormat === 'NHWC'
}

function four(shape: readonly number[]): [number, number, number, number] {
  return [shape[0], shape[1], shape[2], shape[3]]
}

function floats(backend: BackendWasm, tensor: TensorInfo): Float32Array {
  const view = backend.typedArrayFromHeap(tensor)
  if (view instanceof Float32Array) return view
  throw new Error(`Conv2DBackpropFilter takes float32, not ${tensor.dtype}.`)
}
