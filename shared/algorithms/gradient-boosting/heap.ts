/**
 * Python's heapq with the same comparisons in the same order, because they decide which of two equal items comes
 * first.
 */
export type Heap<Item> = {
  readonly size: number
  push(item: Item): void
  /** The first item; the heap must not be empty. */
  pop(): Item
  /** All items, in the order of the array that holds the heap. */
  items(): readonly Item[]
}

export function openHeap<Item>(isBefore: (a: Item, b: Item) => boolean): Heap<Item> {
  const heap: Item[] = []

  function siftDown(start: number, from: number): void {
    const item = heap[from]
    let at = from
    while (at > start) {
      const parent = (at - 1) >> 1
      if (!isBefore(item, heap[parent])) break
      heap[at] = heap[parent]
      at = parent
    }
    heap[at] = item
  }

  function siftUp(): void {
    const item = heap[0]
    let at = 0
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && !isBefore(heap[child], heap[child + 1])) child++
      heap[at] = heap[child]
      at = child
    }
    heap[at] = item
    siftDown(0, at)
  }

  return {
    get size() {
      return heap.length
    },
    push(item) {
      heap.push(item)
      siftDown(0, heap.length - 1)
    },
    pop() {
      const [first] = heap
      const last = heap.pop()
      if (last === undefined) throw new RangeError('The heap is empty.')
      if (heap.length > 0) {
        heap[0] = last
        siftUp()
      }
      return first
    },
    items: () => heap,
  }
}
