/** The interface of the compiled kernel `shared/wasm/assembly/trees.ts`. Addresses are bytes in its memory. */
export type TreeKernel = {
  heapBase(): number
  setData(
    rows: number,
    columns: number,
    classes: number,
    valuesAt: number,
    targetAt: number,
    missingAt: number,
    ranked: boolean,
    distinctAt: number,
    distinctCountAt: number,
    reachAt: number,
    rankRowsAt: number,
    xLogXAt: number,
  ): void
  setHyperparameters(
    criterion: number,
    splitter: number,
    maxFeatures: number,
    maxDepth: number,
    minSamplesSplit: number,
    minSamplesLeaf: number,
    maxLeafNodes: number,
    minImpurityDecrease: number,
  ): void
  layout(base: number): number
  rankColumns(): void
  fillXLogX(greatest: number): void
  weightsAt(): number
  samplesAt(): number
  featuresAt(): number
  constantFeaturesAt(): number
  waitingAt(): number
  heapAt(): number
  nodesAt(): number
  nodeBytes(): number
  begin(seed: number, minWeightLeaf: number): void
  resume(
    randomState: number,
    sampleCount: number,
    weightedSamples: number,
    minWeightLeaf: number,
    nodeCount: number,
    waitingCount: number,
    recordCount: number,
    splitsLeft: number,
  ): void
  grow(budget: number): number
  leaveCopies(): void
  readonly randomState: WebAssembly.Global<'i32'>
  readonly sampleCount: WebAssembly.Global<'i32'>
  readonly weightedSamples: WebAssembly.Global<'f64'>
  readonly nodeCount: WebAssembly.Global<'i32'>
  readonly waitingCount: WebAssembly.Global<'i32'>
  readonly recordCount: WebAssembly.Global<'i32'>
  readonly splitsLeft: WebAssembly.Global<'i32'>
  readonly buffered: WebAssembly.Global<'i32'>
}

export function openKernel(module: WebAssembly.Module, memory: WebAssembly.Memory): TreeKernel {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  if (!isTreeKernel(exports)) throw new Error('trees.wasm is not the kernel that this code was written for.')
  return exports
}

function isTreeKernel(exports: object): exports is TreeKernel {
  return 'setHyperparameters' in exports && 'grow' in exports
}
