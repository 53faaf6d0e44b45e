/** What was asked of the registry cannot be done, and one sentence says why: asking again does not help. */
export class RegistryRefusal extends Error {
  override readonly name = 'RegistryRefusal'
  readonly reason: 'not_found' | 'conflict'

  constructor(reason: RegistryRefusal['reason'], message: string) {
    super(message)
    this.reason = reason
  }
}
