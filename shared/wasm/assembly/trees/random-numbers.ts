/** Random numbers as scikit-learn draws them (utils/_random.pxd, our_rand_r): xorshift (Marsaglia 2003). */

export const RAND_R_MAX: f64 = 2147483647.0

/** The host sets the seed and saves the state. */
export let randomState: u32 = 0

export function rand(): u32 {
  let state: u32 = randomState == 0 ? 1 : randomState
  state ^= state << 13
  state ^= state >> 17
  state ^= state << 5
  randomState = state
  return state & 0x7fffffff
}
