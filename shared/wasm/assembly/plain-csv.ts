/**
 * Reads CSV text without quotes in memory into columns, in two steps, some lines at a time: first where their fields
 * end, 64 bytes at once (as simdjson finds structure: Langdale, Lemire, "Parsing gigabytes of JSON per second", 2019);
 * then what they are, column by column, whose fields are mostly alike.
 *
 * Decimal numbers are converted here, correctly rounded: those of up to 15 digits as the quotient of two exact doubles,
 * with up to eight of them two at once; those of up to 19 digits by the product with a power of five of 64 or 128 bits (Lemire, "Number parsing at a
 * gigabyte per second", 2021). Any other field is handed to `odd`, so that there is one set of rules.
 */
export { countLines } from './plain-csv/field-ends'
export { FIVES, POWERS } from './plain-csv/nearest-double'
export { TEXT_BYTES } from './plain-csv/other-field'
export { Columns, parse, READ_AHEAD, SCRATCH_BYTES } from './plain-csv/parse'
