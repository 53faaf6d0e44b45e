/** Bits of the field `marks` of a node. */
export const MISSING_LEFT = 1
export const CATEGORICAL = 2
