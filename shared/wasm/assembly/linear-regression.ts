/** Sums of the products of columns, the part of a linear regression that grows with the rows. */
export { addProducts } from './linear-regression/products'
