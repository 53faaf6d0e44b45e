import { join } from 'node:path'
import { Duration, Size } from 'aws-cdk-lib'
import { Platform } from 'aws-cdk-lib/aws-ecr-assets'
import {
  Code,
  DockerImageCode,
  DockerImageFunction,
  type FunctionOptions,
  Function as LambdaFunction,
  RecursiveLoop,
  Runtime,
} from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import type { Settings } from '../settings.ts'

const root = join(import.meta.dirname, '..', '..')

/** The train function, from a zip or as an image. .dockerignore says what of the project the image is built from. */
export function trainFunction(
  scope: Construct,
  settings: Settings,
  functionOptions: FunctionOptions,
): LambdaFunction {
  const options = {
    ...functionOptions,
    description: 'Trains the model that a message asks for.',
    memorySize: settings.memory,
    timeout: Duration.seconds(settings.timeout),
    ephemeralStorageSize: Size.gibibytes(6),
    // A long job's calls send each other on, which Lambda would end after 16: maxTrainingSeconds is its limit.
    recursiveLoop: RecursiveLoop.ALLOW,
  }
  if (settings.packaging === 'zip') {
    return new LambdaFunction(scope, 'Train', {
      ...options,
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromAsset(join(root, 'dist', 'train'), { exclude: ['*.map'] }),
    })
  }
  const code = DockerImageCode.fromImageAsset(root, {
    file: 'functions/train/Dockerfile',
    platform: settings.architecture === 'arm64' ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64,
  })
  return new DockerImageFunction(scope, 'Train', { ...options, code })
}
