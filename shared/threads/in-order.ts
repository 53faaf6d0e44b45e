/**
 * Does work on items as they come, some of it at the same time, and yields the results in the items' order.
 *
 * @param ahead how many items may be at work before the first result is taken, at least 1
 * @throws what the items or the work throw, where the results reach it; the others are waited for
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item> | Iterable<Item>,
  ahead: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const started: Promise<Result>[] = []
  try {
    for await (const item of items) {
      const result = work(item)
      // Its turn comes later, and until then nobody listens.
      result.catch(() => undefined)
      started.push(result)
      const next = started.length > ahead ? started.shift() : undefined
      if (next !== undefined) yield await next
    }
    for (let next = started.shift(); next !== undefined; next = started.shift()) yield await next
  } finally {
    await Promise.allSettled(started)
  }
}
