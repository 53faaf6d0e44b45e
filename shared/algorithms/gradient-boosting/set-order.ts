/**
 * The order in which Python iterates over a set of small integers that was filled by one `set.update` per group
 * (CPython's Objects/setobject.c). scikit-learn draws and tries the features of interaction constraints in that
 * order.
 */
export function setOrder(groups: readonly (readonly number[])[]): readonly number[] {
  let all: Table = emptyTable()
  for (const group of groups) all = update(all, group.reduce(add, emptyTable()))
  return all.slots.filter((value) => value >= 0)
}

/** CPython's hash table: `slots` by hash, -1 where empty; `used` counts the others. */
type Table = { readonly slots: number[]; readonly used: number }

const EMPTY = -1
const LINEAR_PROBES = 9
const emptyTable = (size = 8): Table => ({ slots: new Array<number>(size).fill(EMPTY), used: 0 })

/** The index of a value's slot, or of the empty slot where it belongs. */
function placeOf(slots: readonly number[], value: number): number {
  const mask = slots.length - 1
  let perturb = value
  let i = value & mask
  for (;;) {
    const probes = i + LINEAR_PROBES <= mask ? LINEAR_PROBES : 0
    for (let at = i; at <= i + probes; at++) if (slots[at] === EMPTY || slots[at] === value) return at
    perturb >>>= 5
    i = (i * 5 + 1 + perturb) & mask
  }
}

function insert({ slots, used }: Table, value: number): Table {
  const at = placeOf(slots, value)
  if (slots[at] === value) return { slots, used }
  slots[at] = value
  return { slots, used: used + 1 }
}

function add(table: Table, value: number): Table {
  const more = insert(table, value)
  const isFull = more.used > table.used && more.used * 5 >= (more.slots.length - 1) * 3
  return isFull ? resized(more, more.used > 50_000 ? more.used * 2 : more.used * 4) : more
}

function resized({ slots }: Table, atLeast: number): Table {
  let size = 8
  while (size <= atLeast) size *= 2
  return slots.filter((value) => value >= 0).reduce(insert, emptyTable(size))
}

/** `set.update` with another set. */
function update(table: Table, other: Table): Table {
  const isTight = (table.used + other.used) * 5 >= (table.slots.length - 1) * 3
  const roomy = isTight ? resized(table, (table.used + other.used) * 2) : table
  if (roomy.used === 0 && roomy.slots.length === other.slots.length)
    return { slots: [...other.slots], used: other.used }
  return other.slots.filter((value) => value >= 0).reduce(add, roomy)
}
