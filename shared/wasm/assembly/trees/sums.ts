/** The sums that a criterion keeps of the node at hand and of the two sides of a split. */
import { align, at64 } from '../memory/address'
import { classes } from './data'

/** f64[classes]: the weight of each class; of a regression one number, the weighted sum of the targets or, for the absolute error, their median. */
export let sumTotal: usize = 0
export let sumLeft: usize = 0
export let sumRight: usize = 0

export function layoutSums(base: usize): usize {
  sumTotal = base
  sumLeft = align(at64(sumTotal, classes))
  sumRight = align(at64(sumLeft, classes))
  return align(at64(sumRight, classes))
}
