/** An array of weights in memory: the addresses of them, of their gradients, and of the optimizer's two slots. All f32. */
@unmanaged
export class Parameter {
  weights: usize
  gradients: usize
  slot1: usize
  slot2: usize
}
