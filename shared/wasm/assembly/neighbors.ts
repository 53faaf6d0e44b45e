/**
 * The nearest rows of points by euclidean distance, by comparing each point with each row. Products in single precision say
 * which rows may be near enough; only of those the distance is computed, in double precision, so that the neighbors are
 * the ones of a search without single precision.
 */
export { Search, search } from './neighbors/search'
