/** Constants for digits, sixteen bytes each: what is kept in registers while a column is read. */

/** Sixteen bytes each: what is kept in registers while a column is read. */
export const constants = memory.data<u64>([
  0x3030303030303030,
  0x3030303030303030, // '0'
  0xfefefefefefefefe,
  0xfefefefefefefefe, // '.' less '0'
  0x0909090909090909,
  0x0909090909090909, // 9
  0x010a010a010a010a,
  0x010a010a010a010a, // 10, 1: two digits become one of a hundred
  0x0001006400010064,
  0x0001006400010064, // 100, 1
  0x0001271000012710,
  0x0001271000012710, // 10000, 1
  0x0706050403020100,
  0x0f0e0d0c0b0a0908, // 0 … 15
])
