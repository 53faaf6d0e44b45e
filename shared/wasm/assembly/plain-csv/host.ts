/** What the host does: fields that need its rules. */

/** The value of the field of `length` bytes at `at`; of a text, its code. */
export declare function odd(column: i32, at: usize, length: usize): f64

/** What the last odd field was: 0 integer, 1 float, 2 missing, 3 text, 4 none that can be read here, above that the missing word of that number less 4. */
export declare function oddKind(): i32
