/** A model's file is missing, or not the file that was trained. Trying again does not mend it. */
export class DamagedModel extends Error {
  override readonly name = 'DamagedModel'
}
