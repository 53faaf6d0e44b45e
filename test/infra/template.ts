import { App, Validations } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { AwsSolutionsChecks } from 'cdk-nag'
import { readSettings } from '../../infra/read-settings.ts'
import { TrainingStack } from '../../infra/training-stack.ts'

export const secret = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:mongo-AbCdEf'

const templates = new Map<string, Template>()

/** The stack's template with these settings, made once. Throws on a finding of cdk-nag. */
export function template(context: Record<string, string> = {}): Template {
  const key = JSON.stringify(Object.entries(context).toSorted())
  const made = templates.get(key) ?? synthesize(context)
  templates.set(key, made)
  return made
}

function synthesize(context: Record<string, string>): Template {
  const app = new App()
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  const settings = readSettings({ mongoSecretArn: secret, ...context })
  return Template.fromStack(new TrainingStack(app, 'Test', settings))
}
