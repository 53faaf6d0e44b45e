/** A request that the registry cannot fulfil, with one sentence that says why. It is permanent. */
export class RegistryRefusal extends Error {
  override readonly name = 'RegistryRefusal'
  readonly reason: 'not_found' | 'conflict'

  constructor(reason: RegistryRefusal['reason'], message: string) {
    super(message)
    this.reason = reason
  }
}
