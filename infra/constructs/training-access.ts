import type { IBucket } from 'aws-cdk-lib/aws-s3'
import type { Settings } from '../settings.ts'
import { type Actor, allow, allowDatasets, allowList, allowObjects, decryptStatement } from './permissions.ts'

/** Allows a function or a container that trains what it needs: the bucket, datasets of other buckets, the registry's secret. */
export function allowTraining(
  to: Actor,
  {
    bucket,
    datasetBuckets,
    batch,
  }: Pick<Settings, 'datasetBuckets' | 'batch'> & { readonly bucket: IBucket },
): void {
  const kept = ['jobs/*', 'models/*', 'checkpoints/*']
  allowObjects(to, bucket, ['s3:GetObject', 's3:PutObject'], kept)
  allowObjects(to, bucket, ['s3:PutObject'], ['status/*', 'searches/*'])
  allowObjects(to, bucket, ['s3:GetObject'], ['datasets/*'])
  // A job that ends leaves its result; one that fails, no model either.
  const ofJob = ['status.json', 'failure.json', 'dataset.json', 'cancel'].map((name) => `jobs/*/${name}`)
  const ofBatch = batch === 'none' ? [] : ['jobs/*/hand-over.json']
  const ofSearch = ['jobs/*/plan.json', 'jobs/*/closing.json', 'jobs/*/trials/*', 'searches/*']
  const deleted = [...ofJob, ...ofBatch, ...ofSearch, 'status/*', 'checkpoints/*', 'models/*']
  allowObjects(to, bucket, ['s3:DeleteObject'], deleted)
  allowObjects(to, bucket, ['s3:AbortMultipartUpload'], ['models/*', 'checkpoints/*'])
  allowList(to, [bucket.bucketArn])
  for (const name of datasetBuckets) allowDatasets(to, name)
}

/** The secret of the registry, and the keys that objects and secrets are under. */
export function allowSecrets(
  to: Actor,
  { mongoSecretArn, kmsKeyArns }: Pick<Settings, 'mongoSecretArn' | 'kmsKeyArns'>,
): void {
  if (mongoSecretArn !== undefined) allow(to, ['secretsmanager:GetSecretValue'], [mongoSecretArn])
  if (kmsKeyArns.length > 0) to.grantPrincipal.addToPrincipalPolicy(decryptStatement(to, kmsKeyArns))
}
