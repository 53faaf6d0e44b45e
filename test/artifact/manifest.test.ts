import { expect, test } from 'vitest'
import { manifestSchema } from '../../shared/artifact/manifest.ts'

test.each(['../evil', '/etc/passwd', 'a/b', '..', '.bashrc', 'a\\b', ''])(
  'a manifest cannot name a file %j, which would be written beside the folder',
  (name) => {
    const files = { [name]: { sha256: '0', bytes: 0 } }
    expect(manifestSchema.shape.files.safeParse(files).success).toBe(false)
  },
)
test('plain names pass', () => {
  const files = { 'model.onnx': { sha256: '0', bytes: 0 }, 'report.html': { sha256: '0', bytes: 0 } }
  expect(manifestSchema.shape.files.parse(files)).toEqual(files)
})
