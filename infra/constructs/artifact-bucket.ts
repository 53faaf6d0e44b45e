import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib'
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'

type Props = {
  readonly removal: 'retain' | 'destroy'
  /** A bucket that exists; its settings stay as they are, and it outlives the stack. */
  readonly bucketName?: string
}

/** Where results, models, checkpoints and sample datasets lie (shared/storage/keys.ts has the layout). */
export class ArtifactBucket extends Construct {
  readonly bucket: IBucket

  constructor(scope: Construct, id: string, { removal, bucketName }: Props) {
    super(scope, id)
    this.bucket =
      bucketName === undefined ? this.create(removal) : Bucket.fromBucketName(this, 'Bucket', bucketName)
  }

  private create(removal: 'retain' | 'destroy'): Bucket {
    const bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      versioned: true,
      // A first deploy that fails leaves nothing behind.
      removalPolicy: removal === 'retain' ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
      // CloudFormation deletes no bucket with objects in it, and sample datasets are in it from the start.
      autoDeleteObjects: removal === 'destroy',
      lifecycleRules: [
        {
          id: 'checkpoints',
          prefix: 'checkpoints/',
          expiration: Duration.days(7),
          noncurrentVersionExpiration: Duration.days(1),
        },
        // Written every two seconds of a job; a version of each time would be kept.
        {
          id: 'status',
          prefix: 'status/',
          expiration: Duration.days(32),
          noncurrentVersionExpiration: Duration.days(1),
        },
        // A deletion leaves a marker; lists would read them for ever.
        {
          id: 'old-versions',
          noncurrentVersionExpiration: Duration.days(30),
          expiredObjectDeleteMarker: true,
        },
        { id: 'unfinished-uploads', abortIncompleteMultipartUploadAfter: Duration.days(2) },
      ],
    })
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Who wrote what is in CloudTrail data events where an account wants them; access logs would double the requests of small jobs.',
    })
    return bucket
  }
}
