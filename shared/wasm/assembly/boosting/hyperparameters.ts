export let l2Regularization: f64 = 0
export let minSamplesLeaf: i32 = 20
/** scikit-learn's constant `min_hessian_to_split`. */
export const MIN_HESSIAN: f64 = 1e-3
