/** Rows of a block. */
export const BLOCK_ROWS: i32 = 256
/** Bytes of a block's column. */
export const STRIPE: usize = (<usize>BLOCK_ROWS) << 3
