/** 1 in the kernels that are compiled with the fused multiply-add, else 0; given by scripts/build-kernels.ts. */
declare const FUSED: i32
