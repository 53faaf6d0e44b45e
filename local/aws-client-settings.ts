/** The settings by which clients of the AWS SDK reach a server, for their constructors. */
export type AwsClientSettings = {
  readonly endpoint: string
  readonly region: string
  /** Undefined: the SDK finds credentials by itself, from the profile that AWS_PROFILE names. */
  readonly credentials: AwsCredentials | undefined
}

type AwsCredentials = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The settings for an endpoint by the environment's region and credentials. Local servers accept any credentials, so
 * missing ones are made up.
 */
export function awsClientSettings(endpoint: string, environment: Environment): AwsClientSettings {
  const region = environment.AWS_REGION || environment.AWS_DEFAULT_REGION || 'us-east-1'
  return { endpoint, region, credentials: credentialsOf(environment) }
}

function credentialsOf(environment: Environment): AwsCredentials | undefined {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = environment
  if (!accessKeyId) {
    return environment.AWS_PROFILE ? undefined : { accessKeyId: 'local', secretAccessKey: 'local' }
  }
  const sessionToken = environment.AWS_SESSION_TOKEN
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
}
