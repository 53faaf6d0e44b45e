/** The bytes that structure a CSV file: those of pandas' `read_csv` by default. */
export const COMMA = 44
export const QUOTE = 34
export const LF = 10
export const CR = 13
export const SPACE = 32
export const TAB = 9
