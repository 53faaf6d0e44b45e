/** The CDK app: one stack, its settings from context (cdk deploy -c packaging=zip …), checked by cdk-nag at every synth. */
import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { z } from 'zod'
import { readSettings } from './settings.ts'
import { TrainingStack } from './training-stack.ts'

const app = new App()
const { stack, ...settings } = readSettings(z.record(z.string(), z.unknown()).parse(app.node.getAllContext()))
new TrainingStack(app, stack, { description: 'TensorFleet worker: trains models by message.', ...settings })
Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
