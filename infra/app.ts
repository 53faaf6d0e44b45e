/** The CDK app: one stack, its settings from context (cdk deploy -c packaging=zip …), checked by cdk-nag at every synth. */
import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { readSettings } from './settings.ts'
import { TrainingStack } from './training-stack.ts'

const app = new App()
const name: unknown = app.node.tryGetContext('stack')
new TrainingStack(app, typeof name === 'string' ? name : 'TensorFleet', {
  description: 'TensorFleet worker: trains models by message.',
  ...readSettings((key) => app.node.tryGetContext(key)),
})
Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
