/** How a dataset_path is read, and what is said of one that names no object. */
import { expect, test } from 'vitest'
import { otherSpellings, readDatasetPath } from '../../shared/datasets/dataset-path.ts'

const object = { bucket: 'data', key: 'uploads/my iris.csv' }

test.each([
  'data/uploads/my iris.csv',
  's3://data/uploads/my iris.csv',
  'S3://data/uploads/my iris.csv',
  's3a://data/uploads/my iris.csv',
  'S3N://data/uploads/my iris.csv',
  'arn:aws:s3:::data/uploads/my iris.csv',
  'arn:aws-cn:s3:::data/uploads/my iris.csv',
  'https://data.s3.eu-central-1.amazonaws.com/uploads/my%20iris.csv',
  'https://data.s3.amazonaws.com/uploads/my%20iris.csv',
  'https://data.s3-eu-west-1.amazonaws.com/uploads/my%20iris.csv',
  'https://data.s3.dualstack.eu-west-1.amazonaws.com/uploads/my%20iris.csv',
  'https://s3.eu-central-1.amazonaws.com/data/uploads/my%20iris.csv',
  'http://s3.amazonaws.com/data/uploads/my iris.csv',
  'https://s3.cn-north-1.amazonaws.com.cn/data/uploads/my%20iris.csv',
  'https://data.s3.eu-central-1.amazonaws.com/uploads/my%20iris.csv?X-Amz-Signature=0&X-Amz-Expires=60',
])('%s is that object', (path) => {
  expect(readDatasetPath(path)).toEqual({ object })
})

test('a bucket may have dots, also s3 between them', () => {
  expect(readDatasetPath('https://my.s3.data.s3.eu-west-1.amazonaws.com/k.csv')).toEqual({
    object: { bucket: 'my.s3.data', key: 'k.csv' },
  })
})

test.each(['iris', 'iris.csv', 'a name with blanks', 'S3'])('%s is the name of a dataset', (path) => {
  expect(readDatasetPath(path)).toEqual({})
})

test.each<[string, RegExp]>([
  ['gs://data/iris.csv', /does not read gs:\/\/.*write s3:\/\/bucket\/key/],
  ['hdfs://data/iris.csv', /does not read hdfs:/],
  ['file:///home/me/iris.csv', /a path on a computer.*write s3/],
  ['/home/me/iris.csv', /a path on a computer/],
  ['./iris.csv', /a path on a computer/],
  ['~/iris.csv', /a path on a computer/],
  ['C:\\data\\iris.csv', /a path on a computer/],
  ['c:/data/iris.csv', /a path on a computer/],
  ['s3://data/uploads/', /a folder, whose data files are one dataset/],
  ['s3://data', /a bucket: write s3/],
  ['data/', /a bucket: write s3/],
  ['s3:///uploads/iris.csv', /the bucket is missing/],
  ['s3:/data/iris.csv', /two slashes/],
  ['https://example.com/iris.csv', /only those of Amazon S3/],
  ['http://localhost:9000/data/iris.csv', /only those of Amazon S3/],
  ['https://s3.console.aws.amazon.com/s3/object/data?prefix=iris.csv', /a page of the S3 console/],
  ['https://us-east-1.console.aws.amazon.com/s3/object/data?prefix=iris.csv', /a page of the S3 console/],
  ['https://data.s3.amazonaws.com/iris.csv?versionId=3', /one version of an object/],
  ['https://data.s3.amazonaws.com/%zz.csv', /not well-formed/],
  ['arn:aws:s3:eu-west-1:123456789012:accesspoint/mine/object/iris.csv', /only arn:aws:s3:::bucket\/key/],
])('%s has advice', (path, advice) => {
  expect(readDatasetPath(path).advice).toMatch(advice)
})

test.each([
  ['my%20iris.csv', 'my iris.csv'],
  ['my+iris.csv', 'my iris.csv'],
  ['my%2Biris%20set.csv', 'my+iris set.csv'],
  ['my iris.csv', 'my%20iris.csv'],
  ['my iris.csv', 'my+iris.csv'],
  ['a\\b.csv', 'a/b.csv'],
  ['/a//b.csv', 'a/b.csv'],
  ['a/ b.csv ', 'a/b.csv'],
  ['\u00e9.csv', 'e\u0301.csv'],
])('%j may be spelt %j', (key, other) => {
  expect(otherSpellings({ bucket: 'b', key }, 'b')).toContainEqual({ bucket: 'b', key: other })
})

test('a key without its bucket may lie in the worker’s bucket', () => {
  expect(otherSpellings({ bucket: 'datasets', key: 'iris.csv' }, 'own')).toEqual([
    { bucket: 'own', key: 'datasets/iris.csv' },
  ])
})
