import { App, Validations } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { AwsSolutionsChecks } from 'cdk-nag'
import { readSettings } from '../../infra/read-settings.ts'
import { TrainingStack } from '../../infra/training-stack.ts'

export const secret = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:mongo-AbCdEf'

/** The stack's template with these settings. Throws on a finding of cdk-nag. */
export function template(context: Record<string, string> = {}): Template {
  const app = new App()
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  const settings = readSettings({ mongoSecretArn: secret, ...context })
  return Template.fromStack(new TrainingStack(app, 'Test', settings))
}
