/** The CDK app: one stack, its settings from a stage of tensorfleet.config.json and from -c, checked by cdk-nag at every synth. */
import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { z } from 'zod'
import { readSettings } from './read-settings.ts'
import { TrainingStack } from './training-stack.ts'

const app = new App()
const context = z.record(z.string(), z.unknown()).parse(app.node.getAllContext())
try {
  const settings = readSettings(context)
  new TrainingStack(app, settings.stack, {
    description: 'TensorFleet worker: trains models by message.',
    ...settings,
  })
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
