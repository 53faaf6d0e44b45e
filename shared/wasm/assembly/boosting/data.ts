/** What all threads share. The host sets these variables, and writes the arrays. Addresses are in bytes. */

export let rows: i32 = 0
/** The bin of missing values: the last one. */
export let missingBin: i32 = 0
/** u32[rows]: the rows, those of a node together, in increasing order. */
export let partition: usize = 0
/** f64[rows] */
export let target: usize = 0
/** f64[rows], or 0 where every row weighs 1. */
export let weights: usize = 0
/** f64[classes][rows]: the raw predictions so far. One class for all but the multinomial loss. */
export let raw: usize = 0
/** f32[classes][rows][2]: gradient and hessian of each row. */
export let pairs: usize = 0
/** f32[rows][2]: the pairs of the rows of the node whose histograms are built, in the order of the partition. */
export let nodePairs: usize = 0
/** Whether every hessian is 1. Then a histogram's sums of hessians are its counts. */
export let constantHessian: bool = false
