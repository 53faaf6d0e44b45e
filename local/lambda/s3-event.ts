import type { S3Event } from 'aws-lambda'

let writes = 0

/** The event of one object's creation, in S3's shape: the key URL-encoded, with + for a space. */
export function objectCreated(bucket: string, key: string): S3Event {
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'us-east-1',
        eventTime: new Date().toISOString(),
        eventName: 'ObjectCreated:Put',
        userIdentity: { principalId: 'local' },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: { 'x-amz-request-id': 'local', 'x-amz-id-2': 'local' },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'register',
          bucket: { name: bucket, ownerIdentity: { principalId: 'local' }, arn: `arn:aws:s3:::${bucket}` },
          object: {
            key: encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+'),
            size: 0,
            eTag: '',
            sequencer: `${Date.now().toString(16)}${String(writes++ % 1000).padStart(3, '0')}`.toUpperCase(),
          },
        },
      },
    ],
  }
}
