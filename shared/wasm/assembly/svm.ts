/**
 * Sequential minimal optimisation for C-support vector classification of two classes, and the decision values of
 * trained machines.
 *
 * Fan, Chen and Lin, "Working set selection using second order information for training support vector machines",
 * JMLR 6, 2005; shrinking, ties and the single-precision kernel cache as in Chang and Lin, "LIBSVM: a library for
 * support vector machines", ACM TIST 2(3), 2011, so that the same steps are taken.
 *
 * Where LIBSVM keeps the gradient G and the matrix Q with the signs y in them, this keeps F = y * G and the plain
 * kernel K (Q_ij = y_i * y_j * K_ij): signs are exact in floating point, so the values are the same, and both
 * selections need no case for the sign.
 */
export { decide, Machines } from './svm/decide'
export { LINEAR, POLY, RBF, SIGMOID, squaresOf } from './svm/kernel-function'
export { Problem } from './svm/problem'
export { GOES_ON, OUT_OF_ITERATIONS, prepare, rho, SOLVED, solve } from './svm/solver'
